### All text of the pages. `{ $x }` is put in; `$x-count` beside it chooses between one and many.

## Around every page

skip = To the content
nav-label = Pages
nav-federation = Federation
nav-wallet = Wallet
nav-manager = For the manager
other-language = Français
footer = Points as coins in your own wallet. No account, no card number, no cookie on these pages.
euros = €{ $amount }
day = { $day } { $month } { $year }
moment = { $day }, { $time } UTC
milliseconds = { $time } ms
percent = { $number }%
month = { $month } { $year }
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday
shop-number = shop { $id }
association-number = association { $id }

## When something is not there

trouble-not-found = There is nothing here
trouble-not-found-advice = The address may be mistyped, or the link is of another shop. Scan the code again, or begin on the front page.
trouble-asked = This can’t be shown
trouble-asked-advice = What was asked for can’t be. Go back and try again, or begin on the front page.
trouble-node = The shop’s node can’t answer now
trouble-node-advice = Nothing was lost. Load the page again in a moment; if that does not help, tell the shop.
trouble-form = Nothing was done
trouble-form-advice = The form was of another session, or came from elsewhere. Open the page again, and send it from there.
trouble-home = To the front page

## Front page

home-title = Points
home-heading = Points at { $shop }
home-lead =
    { $number-count ->
        [one] Points that you earn here are spent here.
       *[other] Points that you earn here are spent in any of { $number } shops, and theirs here. Each shop is independent, and none learns where else you buy.
    }
home-worth = 100 points are worth { $amount } between the shops.
home-wallet = Your wallet
home-wallet-text = Where your points are: on your own device, with 24 words that bring them back.
home-federation = The federation
home-federation-text = Who takes part, who signed the rules, the books, and whether anybody cheated. Open to everybody.
home-till = The till
home-till-text = For whoever works here: give points and take them. A token of the till is needed.
home-privacy = What the shop sees
home-privacy-account = No account: neither name nor number is asked for, and your wallet sends none.
home-privacy-shops = The shop sees that points come, and how many, not where they were earned.
home-privacy-coins = Points are coins, signed blindly by a quorum of the shops: whoever sees one spent can’t tell to whom it was given.

## Till

till-title = Till
till-heading = Till
till-no-script = The till needs JavaScript in this browser. Without it, the program ronde does the same:
till-sound = Sound
till-sign-out = Sign out
till-sign-in = Open this till
till-sign-in-text = This browser has no token of a till.
till-token = Token of the till
till-token-help = The manager gets it when the till is added. It stays in this browser until you sign out.
till-open = Open the till
till-what = What to do
till-give = Give points only
till-take = Take points only
till-unit = Amount in
till-points = Points
till-euros = Euros
till-amount-points = Points to give
till-amount-euros = Basket in euros
till-amount-take = Points at most
till-amount-help = Type, or use the keys. Enter sends, Escape clears.
till-step = In steps of
till-step-help = The customer pays a multiple of it.
till-pad = Keys
till-back = Delete the last digit
till-go-give = Show the code
till-go-take = Show the code
till-operation = In hand
till-qr = QR code of the link
till-link = Link
till-copy = Copy
till-cancel = Cancel
till-next = Next customer
till-recent = Last ten
till-recent-none = Nothing yet on this till.
till-refund = Points back without goods
till-refund-points = Points to give back
till-refund-close = Close
till-refund-go = Give back
till-sale = Basket: one scan
till-amount-sale = Total of the basket in euros
till-part-open = Some of it earns no points?
till-part = Of the total, goods that earn points
till-part-help = All of it, unless you type something else.
till-go-sale = Show the code
till-received = Money received
till-aside = Put aside
till-further = Show the next code
till-goods = Take goods back
till-goods-by-code = Take goods back by a code
till-goods-code = Code of the sale
till-goods-code-help = Eight letters and digits, in the customer’s wallet or in the list here. Its link does as well.
till-goods-search = Search
till-goods-amount = Price of the goods that come back, in euros
till-goods-part = Of that, goods that earned points
till-goods-other = The other code of this sale, if there is one
till-goods-other-help = If points were both given and taken for it.
till-goods-whole = Total of the whole sale, in euros
till-goods-go = Take back
till-key = Change the token of this till?
till-key-drop = Keep the present token
till-key-take = Take the new token
till-leave = Something is still under way
till-leave-text = Go back and end or cancel it first. If you close now, this browser forgets it together with the last ten; what a customer has scanned already still counts.
till-leave-back = Back to it
till-leave-go = Close all the same

## What the till's script says

js-unreachable = No connection to the shop’s node. What is open goes on by itself; trying again in { $seconds } s.
js-back = The connection is back.
js-token-refused = No till here has this token, or it was taken away. Ask the manager for a new one: they make it under Tills.
js-token-lacks = This till may not do that. Ask the manager for a till with the right to: { $what }.
js-amount-missing = Type an amount first.
js-step-missing = The step is at least 1.
js-step-over = The step is more than the most that can be paid.
js-too-many = This is more than the till can do at once.
js-busy = Something is in hand already: end it first.
js-other-window = The till is open in another window of this browser. Close that one, and it goes on here.
js-failed = That did not work. { $what }
js-refund-missing = Type how many points, at most { $most }.
js-sending = Being sent…
js-euros = €{ $amount }
js-seconds-left = Ends in { $left } s
js-minutes-left = Ends in { $left } min
js-days-left = Can be claimed for { $left } more days
js-link-copied = The link is copied.
js-qr = QR code: { $what }
js-op-give = Give { $points }
js-op-give-euros = Points for a basket of { $amount }
js-op-take = Take up to { $points }
js-op-refund = Give back { $points }
js-refund = Points back
js-refund-of = Points back: { $what }
js-refund-most = Paid: { $points }. They go back to whoever holds the new code.
js-signed-out = This till is closed in this browser.
js-sound-on = Sound is on.
js-sound-off = Sound is off.
js-who = This till: { $name }
js-code = Code: { $what }
js-token-gone = The token of this till is no longer good: it was taken away. Ask the manager for a new one (they make it under Tills), and open its link here or paste it below. Nothing of the old one is left in this browser.
js-token-gone-with = Under way was: { $what }, code { $code }. The manager finds it by this code.
js-link-refused = The token in the link is of no till here, or was taken away. This till stays { $name }.
js-key-what = This till is { $name }. The link you opened holds a new token, of { $other }. If you take it, { $name } is closed in this browser and its last ten are deleted; codes that were given out stay good.
js-key-stay = Stay { $name }
js-key-take = Take the new token: { $other }
js-key-waits = A link with a new token, of { $other }, was opened. Something of { $name } is still under way: end or cancel it first, then you are asked.
js-part-over = What earns points can’t be more than the whole sum.
js-op-sale = Basket of { $amount }
js-op-return = Goods back: { $amount }
js-received = Money received: { $amount }
js-money-in = To pay in money
js-money-had = Paid in money
js-money-out = Hand out in money
js-money-owed = The customer pays first
js-sale-settled = Take the money, then press the button: only then are points earned.
js-resume = Continue
js-resume-of = Continue: { $what }
js-return = Goods back
js-return-of = Goods back: { $what }
js-return-less = The goods cost { $amount } in money. { $less } is held back, because the customer keeps the points that they earned.
js-return-nothing = The goods cost { $amount } in money. { $less } is held back for the points that they earned, in part out of the points that go back.
js-return-owed = The goods cost { $amount } in money, and { $less } is due for the points that the customer keeps. Take the difference before you take the goods.
js-return-more = That is more than what is left of this sale. Type a smaller price.
js-return-not = Goods of this can’t be taken back here: it was not completed, or is of another sale. Ask the manager.
js-return-whole = The total of the sale can’t be right. Look at the receipt.
js-whole-missing = Type the total of the whole sale: what was paid in money and points together.
js-other-wrong = The other code is not that of the same sale’s points. Leave the field empty if there is none.
js-code-form = A code has eight letters and digits.
js-code-not-here = This code is not one of this till’s last ten. Scan or paste the link of the sale, or ask the manager.
js-code-unknown = There is no sale with this code in this shop. Compare it once more.
js-code-two = Two sales have this code. Scan or paste the link of the sale.
js-sold-sale = Basket
js-sold-give = Points that were given
js-sold-take = Points that were paid
js-sold-paid = { $points } paid
js-points =
    { $number-count ->
        [one] { $points } point
       *[other] { $points } points
    }
state-give-open = Waiting: the customer scans the code
state-give-pending = The customer has it; it is being decided
state-give-claimed = Claimed: { $points }
state-give-cancelled = Cancelled
state-give-expired = Expired: nobody claimed it
state-take-open = Waiting: the customer scans the code
state-take-presented = The customer sees it and chooses
state-take-pending = Being decided: it can’t be cancelled now, only completed
state-take-accepted = Paid: { $points }
state-take-refused = Refused: nothing was paid
state-take-expired = Expired: nothing was paid
state-take-cancelled = Cancelled: nothing was paid
state-take-accepted_late = Paid too late: { $points } are owed back to the customer
state-sale-open = Waiting: the customer scans the code
state-sale-presented = The customer sees it and chooses
state-sale-pending = The customer pays with points; being decided
state-sale-unpaid = The customer pays no points
state-sale-settled = The customer pays { $points }
state-sale-complete = Done. The customer can still scan for { $points }
state-sale-taking = Done. The customer’s wallet takes { $points }
state-sale-claimed = Done: the customer has earned { $points }
state-sale-done = Done
state-sale-cancelled = Cancelled: nothing paid, nothing earned
state-sale-expired = Time is over: no points can be paid
state-sale-late = The points came too late and go back by themselves
state-return-back = The customer scans: { $points } go back
state-return-instead = The sale’s first code is void. The customer scans this one: { $points }
state-return-done = Goods taken back

## The manager's pages

admin-title = Manager
admin-nav-overview = Overview
admin-nav-tills = Tills
admin-nav-earning = Earning
admin-nav-find = Look up
admin-sign-out = Sign out
admin-foot = Only those who have signed in see this page: sign out when you leave. It knows no customer, because nobody does. A cookie keeps you signed in, and nothing else.
admin-foot-login = A cookie keeps the manager signed in until they sign out, and nothing else.
admin-login = Sign in as the manager
admin-ended = You are not signed in any more: a session ends after an hour without doing anything. What was just sent changed nothing.
admin-password = Password
admin-sign-in = Sign in
admin-login-help = It was shown once, when this shop’s node was set up. You stay signed in for twelve hours at most, and for one without doing anything.
admin-lost-password = Lost it? On the node’s machine this sets another:
admin-no-password = No password is set, so nobody can sign in. On the node’s machine this sets one:
admin-password-wrong = This is not the manager’s password.
admin-password-wait = Too many wrong passwords were tried. Wait a minute, then try again: nobody is locked out.
admin-form-refused = This page was open for too long, or came from elsewhere. Please try once more.

admin-light-good = All is well.
admin-light-fair = Have a look.
admin-light-bad = Something is wrong.
admin-sentence-good = Customers earn points and pay with them as they should.
admin-sentence-fair =
    { $number-count ->
        [one] Customers earn and pay as they should, and there is one thing to see to.
       *[other] Customers earn and pay as they should, and there are { $number } things to see to.
    }
admin-sentence-bad =
    { $number-count ->
        [one] Customers may not be able to earn or pay until this is mended.
       *[other] Customers may not be able to earn or pay until the first of these { $number } things is mended.
    }
alert-some-down =
    { $number-count ->
        [one] { $names } does not answer. Payments go through.
       *[other] { $names } do not answer. Payments go through.
    }
alert-some-down-fix =
    { $spare-count ->
        [0] None more may fail: call that shop today, and ask whether its node runs and is on the network.
        [one] One more may fail. If it is not back tomorrow, ask that shop whether its node runs.
       *[other] { $spare } more may fail. If it is not back tomorrow, ask that shop whether its node runs.
    }
alert-no-quorum =
    { $number-count ->
        [one] { $names } does not answer, and payments wait.
       *[other] { $names } do not answer, and payments wait.
    }
alert-no-quorum-fix = If all of them are missing, look at this shop’s own network first. Otherwise call those shops: their nodes must run. No points are lost; what waits goes on by itself.
alert-charter-over = The charter expired on { $day }: no points are issued. Spending goes on.
alert-charter-soon = The charter expires on { $day }; from then on no points are issued.
alert-charter-fix = Ask the stewards for the next version. A node takes it from its neighbours by itself.
alert-charter-forked = There are two charters of this version: no points are issued. Spending goes on.
alert-charter-forked-fix = Ask the stewards for the next version: it says which of the two stands.
alert-limit-reached = This shop has issued all of the { $most } points that it may today.
alert-limit-near = This shop has issued { $used } of the { $most } points that it may today.
alert-limit-fix = At midnight UTC the count begins anew. If this was no unusual day, ask the stewards for a higher daily limit; if it was, see which till gave so much.
alert-orders =
    { $number-count ->
        [one] An order has been waiting for more than two minutes.
       *[other] { $number } orders have been waiting for more than two minutes.
    }
alert-orders-fix = They go on by themselves as soon as enough shops answer. If they all do, and orders still wait after an hour, look at the node’s log.
alert-evidence =
    { $number-count ->
        [one] This node holds proof that somebody in the federation cheated.
       *[other] This node holds { $number } proofs that somebody in the federation cheated.
    }
alert-evidence-fix = The page of the federation says who. Tell the stewards.
alert-rolled-back = This node votes no more in keyset { $keyset }: its log lacks what it once signed.
alert-vote-forgotten = This node votes no more in keyset { $keyset }: it forgot a vote.
alert-retired = This node votes no more in keyset { $keyset }: it no longer knows all that it signed.
alert-retired-fix = See that no second copy of this node runs, and keep its database. Ask the stewards for a seat in the next keyset. The shop’s tills go on.
alert-restored-copy = This node votes no more in keyset { $keyset }: it runs on a restored copy.
alert-restored-copy-fix = That is as it should be after a backup was put back. Ask the stewards for a seat in the next keyset. The shop’s tills go on.
alert-two-certificates = Keyset { $keyset }: one point was spent twice. More witnesses cheated than the committee bears.
alert-two-certificates-fix = Stop taking points, and call the stewards. Whoever runs the node finds the culprits with ronde audit.
alert-starting = This node does not vote in keyset { $keyset } yet: it asks the other witnesses first.
alert-starting-fix = Nothing: it ends as soon as enough of them answer. If it takes longer than some minutes, see whether they do.
alert-waits-to-close = Keyset { $keyset } is over by this node’s clock, and not by enough of the others’.
alert-waits-to-close-fix = See that this machine’s clock is right. If it is, the others follow by themselves.
alert-seat = This node has a seat in keyset { $keyset } and can’t take it.
alert-seat-fix = Whoever runs the node finds here what to do.
alert-log-shorter = The log of { $name } is shorter than it was.
alert-log-refused = The log of { $name } breaks the rules of logs.
alert-log-fix = Tell whoever runs that shop’s node, and the stewards.
alert-log-not-kept = What the log of { $name } says could not be kept here.
alert-log-not-kept-fix = See whether this machine’s disk is full, and look at the node’s log.
alert-log-behind =
    { $number-count ->
        [one] { $number } entry of the log of { $name } is not read yet.
       *[other] { $number } entries of the log of { $name } are not read yet.
    }
alert-log-behind-fix = It is read as soon as that shop answers. If it stays so for a day, ask that shop.
alert-disk = The disk is nearly full: { $free } MiB free of { $floor } that must be. Nothing new is taken on.
alert-disk-fix = Make room on the node’s machine. It goes on by itself.
alert-clock-behind =
    { $number-count ->
        [one] This machine’s clock is { $number } second slow.
       *[other] This machine’s clock is { $number } seconds slow.
    }
alert-clock-ahead =
    { $number-count ->
        [one] This machine’s clock is { $number } second fast.
       *[other] This machine’s clock is { $number } seconds fast.
    }
alert-clock-fix = On the node’s machine: timedatectl set-ntp true. It compares itself with the other shops and is silent once it is right.
alert-cap-till = The till { $name } has given { $given } of the { $most } points that it may today.
alert-cap-store = All tills together have given { $given } of the { $most } points that they may today.
alert-cap-goodwill = { $given } of the { $most } points of this month (UTC) have made something good.
alert-cap-goodwill-fix = If that is right, let the node’s configuration allow more (`goodwill_points` under `[caps]`), or wait for next month. If not, look at the grants with their reasons under Find, and take the manager’s token away under Tills.
alert-cap-fix = A busy day? Then all is well until it is reached, and the caps in the node’s configuration may be too low. If not, see who stands at that till, and take its token away under Tills.
alert-rules = Baskets still earn by older rules: the configuration was changed and can’t be read.
alert-rules-fix = Mend what is named here in the node’s configuration. It is read again by itself, without a restart.
alert-pledge = What has gathered for the association is not pledged yet.
alert-pledge-fix = It is tried again by itself. If it stays so for a day, mend what is named here.
alert-unread = { $number } checkouts can’t be read: what they may owe back can’t be claimed.
alert-unread-fix = Look for their codes in the node’s log. Put a backup back, or settle them by hand.
alert-baskets = Baskets are settled, and their tills have not said for more than ten minutes that the sale is complete: { $codes }
alert-baskets-fix = Look each code up below. If the customer has the goods, complete the basket by the till’s program: 30 days after it was rung up that is too late, and nothing is earned. If not, give back what was paid with points.
alert-concern = A rule in line { $line } of the configuration does not do what it says.
alert-concern-fix = Change the line as it is said here. It is read again by itself, without a restart.
alert-webhook = Nothing more is told to { $url }: it did not take what was posted.
alert-webhook-fix = Ask whoever looks after that address. Once it answers, ronde webhook replay tells it all that it missed within seven days.
alert-certificate = The files of the certificate for HTTPS have changed and can’t be used. The old one goes on.
alert-certificate-fix = On the node’s machine, ronde config check says what is wrong with them.
alert-certificate-over = The certificate for HTTPS ended at { $until }: browsers refuse this shop’s pages.
alert-certificate-soon = The certificate for HTTPS ends at { $until }.
alert-certificate-soon-fix = Renew it. The node takes the new one by itself.
alert-backup-never = The node’s database was never copied.
alert-backup-old =
    { $number-count ->
        [one] The last copy of the node’s database is { $number } day old.
       *[other] The last copy of the node’s database is { $number } days old.
    }
alert-backup-fix = On the node’s machine: ronde backup FILE, to another disk, each night. It works while the node runs.

admin-tabs = Day, week or month
admin-tab-day = Today
admin-tab-week = This week
admin-tab-month = This month
admin-span = { $from } to { $to }
admin-earlier = ← Earlier
admin-later = Later →
admin-baskets = Baskets
admin-worth = { $amount } in all
admin-given = Points given
admin-goodwill = { $number } of them to make something good
admin-returns = Goods that came back
admin-went-back = Points that went back
admin-pledged =
    { $number-count ->
        [one] and { $number } pledged
       *[other] and { $number } pledged
    }
admin-claimed = Points claimed
admin-rate = { $number }% of what was given
admin-payments = Payments with points
admin-taken = Points taken
admin-net = Net flow
admin-net-even = As many points came in as went out.
admin-net-in =
    { $points-count ->
        [one] One point more came in than went out: this shop is owed it.
       *[other] { $points } points more came in than went out: this shop is owed them.
    }
admin-net-out =
    { $points-count ->
        [one] One point more went out than came in: this shop owes it.
       *[other] { $points } points more went out than came in: this shop owes them.
    }
admin-net-help = Net flow is the points taken here less the points that customers went away with: claimed, or given back. In which shop points were earned nobody can know: they are coins without a name.
admin-hours-heading = By the hour
admin-days-heading = By the day
admin-hour = Hour
admin-day = Day
admin-short-given = Given
admin-short-claimed = Claimed
admin-short-payments = Payments
admin-short-taken = Taken
admin-clock = Time zone: { $zone }
admin-nothing = Nothing happened yet in this time: no basket, and no payment with points.
admin-statement = Download as a table
admin-statement-hours = For a spreadsheet, hour by hour.
admin-statement-days = For a spreadsheet, day by day.
admin-limit-heading = Limit of the day
admin-limit-text = The charter bounds what each shop issues in a day of UTC, and every witness counts it.
admin-limit = { $used } of { $most } points; { $left } left.
admin-cap = By the shop’s own cap, all tills: { $used } of { $most } points; { $left } left.
admin-open-heading = Orders in hand
admin-open =
    { $number-count ->
        [0] None: all that was begun is done.
        [one] One order is not completed yet.
       *[other] { $number } orders are not completed yet.
    }
admin-order = Order
admin-age = For
admin-digest = Digest
admin-order-earn = points are claimed
admin-order-redeem = a payment
admin-order-swap = coins are exchanged
admin-order-donate = a gift
admin-order-pledge = the shop’s pledge
admin-order-vote = a vote
admin-seconds = { $number } s
admin-minutes = { $number } min
admin-hours = { $number } h
admin-month-heading = Association of the month
admin-month-none = This shop’s baskets give to no association. These lines in the node’s configuration would give one cent of each euro:
admin-month-closed = By the charter it takes no more gifts: name another under [pledge] in the node’s configuration.
admin-month-pledged = Points pledged by this shop this month
admin-month-gathered = Gathered and not pledged yet
admin-month-customers = Points given by customers of all shops so far
admin-month-shops = Points pledged by all shops so far

admin-tills-heading = Tills
admin-tills-none = There is no till yet.
admin-till-may = May
admin-till-used = Used last
admin-till-given = Points given today (UTC)
admin-till-caps = At most
admin-till-added = Added
admin-never = never
admin-may-grant = give points
admin-may-redeem = take points
admin-may-refund = give points back that were paid
admin-may-manage = what the manager does by program
admin-cap-grant-of = { $number } points at once
admin-cap-day-of = { $number } points a day
admin-cap-grant-all = Any till gives at most { $number } points at once.
admin-cap-till-all = A till without a cap of its own gives at most { $number } points a day.
admin-cap-store-all = All tills together give at most { $number } points a day.
admin-revoke = Stop { $name }
admin-revoke-really = The till { $name } stops at once, on whatever device its token is. What it has begun is completed. It can’t be undone; a new till can be added under the same name.
admin-revoke-go = Yes, stop { $name }
admin-revoked =
    { $number-count ->
        [one] { $number } till was stopped
       *[other] { $number } tills were stopped
    }
admin-add-heading = Add a till
admin-add-text = A till is a browser at the counter: a tablet, a phone, the till’s own screen. It gets a token that opens nothing but what you choose here.
admin-add-name = What you call it
admin-add-may = What it may do
admin-add-cap-grant = Points at once, at most
admin-add-cap-day = Points a day, at most
admin-add-caps-help = Left empty, what holds for all tills holds for it.
admin-add-go = Add it
admin-till-wrong-name = A till’s name is 1 to 64 signs of plain text.
admin-till-taken = There is a till of this name. Choose another name, or stop that one first.
admin-till-wrong-scopes = Choose at least one thing that the till may do.
admin-till-wrong-cap = A cap is a whole number of points, or empty.
admin-till-too-many = There are as many tills as a shop can have. Add no more names, but use one again that was stopped.
admin-added-heading = The till { $name } is added
admin-added-once = Its link is shown on this page and never again.
admin-added-scan = Scan the code with the device at the counter, or open the link there. The till keeps it.
admin-added-keep = Then leave this page. Whoever has the link can do what the till can: if it is lost, stop the till and add it again.
admin-added-code = QR code of the link of { $name }
admin-added-link = Its link
admin-added-done = Done

admin-earning-heading = What baskets earn
admin-earning-text = This shop’s own rules. Times are those of { $zone }.
admin-earning-none = This shop has no rules: tills say themselves how many points they give. With lines like these in its configuration the node reckons:
admin-earning-change = Rules stand in the node’s configuration (ronde.toml), sections [earn] and [pledge]. A change holds within seconds, without a restart.
admin-kind-rate = Rate
admin-kind-most = At most
admin-kind-bonus = Bonus days
admin-kind-voucher = Voucher
admin-kind-ballot = Ballot
admin-kind-gives = The shop gives
admin-rule-rate =
    { $points-count ->
        [one] { $points } point for each { $amount }, rounded down once for the whole basket
       *[other] { $points } points for each { $amount }, rounded down once for the whole basket
    }
admin-rule-most =
    { $number-count ->
        [one] { $number } point for a basket
       *[other] { $number } points for a basket
    }
admin-rule-bonus = “{ $name }”: { $percent }% of the points, { $when }
admin-rule-best = Of several that hold at a time, the best counts alone.
admin-rule-voucher = “{ $name }”: { $count } × { $offer }, { $least }, { $when }
admin-rule-each = with each basket
admin-rule-least = with baskets of { $amount } or more
admin-rule-ballot =
    { $points-count ->
        [one] “{ $name }”, with baskets that earn { $points } point or more
       *[other] “{ $name }”, with baskets that earn { $points } points or more
    }
admin-rule-gives = { $amount } of each { $of } of a basket to { $name }, pledged by itself once a day from { $time } UTC on
admin-rule-gives-month = in { $month } to { $name }
admin-campaign-number = campaign { $id }
admin-offer-number = offer { $id }
admin-mondays = Mondays
admin-tuesdays = Tuesdays
admin-wednesdays = Wednesdays
admin-thursdays = Thursdays
admin-fridays = Fridays
admin-saturdays = Saturdays
admin-sundays = Sundays
admin-when-always = always
admin-when-days = on { $days }
admin-when-hours = from { $from } to { $to }
admin-when-night = from { $from } to { $to } of the next day
admin-when-first = from { $day } on
admin-when-last = until the end of { $day }
admin-try-heading = Try a basket
admin-try-text = Says what a basket would earn, and why. Nothing is given.
admin-try-euros = Basket in euros
admin-try-day = Day
admin-try-time = Time
admin-try-go = Try
admin-try-wrong-euros = Write the basket as euros and cents, such as 42.10.
admin-try-wrong-day = Write the day as year-month-day, such as 2026-12-24.
admin-try-wrong-time = Write the time as hours:minutes, such as 10:30.
admin-tried = A basket of { $amount } on { $weekday } { $day } at { $time } earns { $what }.
admin-tried-nothing = A basket of { $amount } on { $weekday } { $day } at { $time } earns nothing.
admin-points =
    { $number-count ->
        [one] { $number } point
       *[other] { $number } points
    }
admin-vouchers =
    { $number-count ->
        [one] { $number } voucher
       *[other] { $number } vouchers
    }
admin-a-ballot = a ballot
admin-step-plain =
    { $number-count ->
        [one] By the rate: { $number } point.
       *[other] By the rate: { $number } points.
    }
admin-step-bonus-counts = Bonus “{ $name }” counts: { $percent }% of it.
admin-step-bonus-not-now = Bonus “{ $name }” does not hold at this time.
admin-step-bonus-beaten = Bonus “{ $name }” holds too, but another gives as much or more, and only one counts.
admin-step-most-reached = More than { $number } points is cut off.
admin-step-most = The most of { $number } points is not reached.
admin-step-voucher-comes = Voucher “{ $name }”: { $count } × { $offer }.
admin-step-voucher-not-now = Voucher “{ $name }”: not at this time.
admin-step-voucher-too-small = Voucher “{ $name }”: not with a basket of less than { $amount }.
admin-step-voucher-not-issuable = Voucher “{ $name }”: none, the charter does not let this shop give { $offer }.
admin-step-voucher-used-up = Voucher “{ $name }”: none, this shop has given as many as the charter lets it.
admin-step-voucher-full = Voucher “{ $name }”: none, one grant holds no more.
admin-step-ballot-comes = A ballot of “{ $name }” comes with it.
admin-step-ballot-too-few = A ballot of “{ $name }” comes only with { $points } points or more.
admin-step-ballot-over = No ballot: “{ $name }” is over, or the charter has no such vote.
admin-step-ballot-used-up = No ballot of “{ $name }”: this shop has given as many as the charter lets it.
admin-step-ballot-other = No ballot of “{ $name }”: the till asked for another.
admin-step-gives = The shop gives { $amount } to { $name }.
admin-offers-heading = Vouchers of the federation
admin-offers-text = All shops take them. Who gives them and who pays for them stands in the charter.
admin-offers-none = The charter has none.
admin-offer = Voucher
admin-offer-worth = Worth in points
admin-offer-funder = Paid by
admin-offer-state = Here
admin-offer-closed = is given no more
admin-offer-here = may be given here, { $number } in all
admin-offer-elsewhere = is given by other shops

admin-find-heading = Look up a code
admin-find-text = The eight characters that a customer’s wallet or receipt shows. Capitals, hyphens and spaces don’t matter.
admin-code = Code
admin-find-go = Look up
admin-moment = { $day }, { $time }
admin-find-no-code = A code is eight letters and digits, such as 4F7K-02MZ.
admin-find-nothing = Nothing in this shop has this code. Was it given in another shop?
admin-found-grant = Points given
admin-found-checkout = Payment
admin-found-basket = Basket
admin-basket-open = Open: it waits for the customer, or for the till.
admin-basket-settled = Settled: it waits for the till to say that the sale is complete.
admin-basket-complete = Complete: the customer can claim what it earns.
admin-basket-cancelled = Cancelled by the till.
admin-basket-expired = Its time to be paid with points is over; the till can still complete it.
admin-grant-open = Waits: nobody has claimed it.
admin-grant-pending = The customer has claimed it; the witnesses decide.
admin-grant-claimed =
    { $number-count ->
        [one] Claimed: { $number } point is the customer’s.
       *[other] Claimed: { $number } points are the customer’s.
    }
admin-grant-cancelled = Withdrawn by the till before anybody claimed it.
admin-grant-expired = Expired: nobody claimed it in time.
admin-checkout-open = Waits: no wallet has looked at it.
admin-checkout-presented = A wallet has looked at it and not paid yet.
admin-checkout-pending = The customer has signed; the witnesses decide. It can’t be cancelled any more.
admin-checkout-accepted =
    { $number-count ->
        [one] Paid with { $number } point.
       *[other] Paid with { $number } points.
    }
admin-checkout-refused = Refused: these points were spent before. Nothing was paid.
admin-checkout-expired = Expired: nobody paid in time.
admin-checkout-cancelled = Cancelled by the till. Nothing was paid.
admin-checkout-late =
    { $number-count ->
        [one] Paid too late: { $number } point goes back to the customer.
       *[other] Paid too late: { $number } points go back to the customer.
    }
admin-fact-points = Given
admin-fact-made = Made
admin-fact-with = With it
admin-fact-most = Asked for, at most
admin-fact-paid = Paid
admin-fact-returned = Given back by tills
admin-fact-votes = Votes so far
admin-fact-owed = Owed back
admin-fact-till = Till
admin-fact-basket = Basket
admin-fact-bonus = Bonus
admin-fact-reason = Reason
admin-fact-gives-back = Gives back what was paid with
admin-fact-instead = In its place stands
admin-fact-goodwill = Makes something good
admin-too-late = a payment that came too late
admin-yes = yes
admin-fact-costs = Costs
admin-fact-money = In money
admin-fact-earns = Earns
admin-by-itself = none: the node made it by itself

## The manager's table for a spreadsheet

admin-column-time = Time
admin-column-baskets = Baskets
admin-column-worth = Euros
admin-column-given = Points given
admin-column-withdrawn = Points withdrawn
admin-column-claims = Claims
admin-column-claimed = Points claimed
admin-column-payments = Payments with points
admin-column-taken = Points taken
admin-column-net = Net flow
admin-column-pledged = Points pledged
admin-column-goodwill = Points of goodwill
admin-column-returns = Returns
admin-column-back = Euros of goods that came back
admin-column-points-back = Points back for goods
admin-column-went-back = Points that went back and were claimed

## Federation

federation-lead = How this federation of shops is, seen from the node of { $shop } on { $time }. It is open to everybody, and names no customer: nobody knows any.
federation-audit = Whoever wants to be sure asks no page: the program ronde audit replays the logs of all witnesses, and finds the books true or says who cheated.
condition-all-up =
    { $all-count ->
        [one] Keyset { $keyset }: its one witness answers. Payments go through.
       *[other] Keyset { $keyset }: all { $all } witnesses answer. Payments go through.
    }
condition-some-down =
    { $down-count ->
        [one] Keyset { $keyset }: { $names } does not answer. Payments go through; { $spare } more may fail.
       *[other] Keyset { $keyset }: { $names } do not answer. Payments go through; { $spare } more may fail.
    }
condition-none-spare =
    { $down-count ->
        [one] Keyset { $keyset }: { $names } does not answer. Payments go through, and none more may fail.
       *[other] Keyset { $keyset }: { $names } do not answer. Payments go through, and none more may fail.
    }
condition-no-quorum =
    { $down-count ->
        [one] Keyset { $keyset }: { $names } does not answer. Payments wait until it is back; no points are lost.
       *[other] Keyset { $keyset }: { $names } do not answer. Payments wait until enough of them are back; no points are lost.
    }
charter-heading = Charter
charter-expired = The charter has expired: no points are issued until the stewards publish the next. Spending goes on.
charter-forked = There are two charters of this version: no points are issued until the stewards say which one stands. Spending goes on.
charter-version = Version
charter-issued = Written
charter-expires = Issuing until
charter-stores = Who takes part
charter-shops =
    { $number-count ->
        [one] { $number } shop
       *[other] { $number } shops
    }
charter-value = Between shops
charter-worth =
    { $points-count ->
        [one] { $points } point is { $amount }
       *[other] { $points } points are { $amount }
    }
charter-signed = Signed by
charter-signers =
    { $stewards-count ->
        [one] { $signed } steward of { $stewards }; { $needed } needed
       *[other] { $signed } stewards of { $stewards }; { $needed } needed
    }
charter-keys = Keys and hashes
charter-key = Steward who signed
charter-federation = Federation
charter-hash = This version
versions-heading = What changed
version-title = Version { $version }, { $day }
version-signed =
    { $number-count ->
        [one] { $number } signature
       *[other] { $number } signatures
    }
change-founded =
    { $stores-count ->
        [one] Founded with { $stores } shop.
       *[other] Founded with { $stores } shops.
    }
change-founded-stewards =
    { $stewards-count ->
        [one] { $stewards } steward, who signs.
       *[other] { $stewards } stewards, { $needed } of whom must sign.
    }
change-none = Nothing but the signatures.
change-more = { $changes } more; ronde charter show tells all.
change-fork-settled = Says which of two charters of one version stands.
change-stewards = Stewards: { $joined } new, { $gone } gone; { $needed } of { $stewards } must sign.
change-worth = Between shops, { $points } points are now { $cents } cents.
change-unspent-issuers = Points that are never spent go back to the shops that issued them.
change-unspent-association = Points that are never spent go to { $name }.
change-expires = Points may be issued until { $day }.
change-store-joined = { $name } joins, and may issue { $limit } points a day.
change-store-renamed = { $old } is now called { $name }.
change-store-limit = { $name } may issue { $limit } points a day, not { $old }.
change-store-limits = { $stores } shops may each issue { $limit } points a day, not { $old }.
change-store-key = { $name } has a new key.
change-store-address = { $name } has other addresses.
change-keyset =
    { $faults-count ->
        [one] Keyset { $keyset }: the witnesses are { $names }. One of them may fail or lie. Its points are issued until { $issued } and spent until { $spent }.
       *[other] Keyset { $keyset }: the witnesses are { $names }. Up to { $faults } of them may fail or lie. Its points are issued until { $issued } and spent until { $spent }.
    }
change-association-joined = { $name } can be given to.
change-association-renamed = { $old } is now called { $name }.
change-association-closed = { $name } takes no more gifts.
change-campaign-opened = A vote begins: “{ $name }”, with a basket of { $minimum } points or more, until { $day }.
change-campaign-end = The vote “{ $name }” goes on until { $day }.
change-campaign-minimum = A basket of { $minimum } points now has a ballot of “{ $name }”.
change-campaign-choices = New to choose in “{ $name }”: { $choices }.
change-campaign-other = The vote “{ $name }”: { $ballots } ballots for each shop.
change-offer-opened = A voucher: “{ $name }”, worth { $value } points, paid by { $funder }.
change-offer-closed = The voucher “{ $name }” is issued no more.
change-offer-reopened = The voucher “{ $name }” is issued again.
change-offer-other = The voucher “{ $name }”: { $issuers } shops may issue it, { $each } each.
witnesses-heading = Witnesses
witnesses-text = Shops that keep the list of spent points together. A payment needs the votes of a quorum of them.
witness = Witness
state = State
latency = Round trip
keyset = Keyset
witness-up = up
witness-own = this node
witness-down = down
logs-heading = Logs
logs-text = Each witness writes down every payment in a log that it can’t change afterwards, and reads those of the others.
logs-none = This shop is no witness and keeps no log. These are, and show theirs:
logs-own = This node’s own
logs-peers = The others’, as read here
entries = Entries
root = Root
log-votes = votes
log-starting = starting: asks the others first
log-waits-to-close = waits for the others to close the keyset
log-rolled-back = votes no more: its log lacks what it once signed
log-vote-forgotten = votes no more: it forgot a vote
log-restored-copy = votes no more: a restored copy
log-two-certificates = votes no more: one point was spent twice, more witnesses cheated than the committee bears
log-retired = votes no more
peer-agrees = read to its end { $number } s ago, it extends what was read before
peer-not-asked = not read since this node started
peer-behind =
    { $number-count ->
        [one] { $number } entry not read yet
       *[other] { $number } entries not read yet
    }
peer-shorter = shorter than it was: somebody should look
peer-refused = breaks the rules of logs: somebody should look
peer-no-log = answered, but not with its log
peer-unreachable = could not be reached last
peer-not-kept = could not be kept here
peer-trouble = could not be read last
books-heading = Books
books-text = From the certificates in this node’s log alone. A shop owes the points that it issues and is owed those that it takes; what is above zero is owed to it.
books-none = This shop is no witness and keeps no books of the federation.
books-keyset = Keyset { $keyset }
books-balanced = All positions sum to zero.
books-unbalanced = The positions do not sum to zero: tell the stewards.
books-empty = Nothing has been booked yet.
account = Account
position = Position
issued = Issued
redeemed = Taken
donated = Given
pledged = Pledged
honoured = Vouchers taken
funded = Vouchers paid
pool = Points in wallets
given-heading = Votes and gifts
counted-all = Counted by this node, from all { $read } entries of its logs.
counted-part = Counted by this node, from { $read } of { $size } entries of its logs so far: load the page again for more.
counted-none = This shop is no witness, and counts none.
count-text = Nobody need believe this node: your browser can read its logs and verify the certificate of each vote and gift itself. That reads all entries, and may take a while.
count-go = Count in this browser
count-reading = Read {"{"}read{"}"} of {"{"}size{"}"} entries…
count-done = Counted by this browser, from all {"{"}entries{"}"} entries of this shop’s logs: {"{"}right{"}"} of {"{"}certificates{"}"} certificates are right. A shop can make none up, and what its witness signed it shows to everybody alike.
count-wrong = Counted by this browser, from all {"{"}entries{"}"} entries of this shop’s logs: only {"{"}right{"}"} of {"{"}certificates{"}"} certificates are right. The others are not counted. Tell the stewards.
count-torn = Counted by this browser, from {"{"}entries{"}"} entries: {"{"}right{"}"} of {"{"}certificates{"}"} certificates are right. But these are not the logs that this shop’s witness has signed: some may be left out. Tell the stewards.
count-less = Counted by this browser, from all {"{"}entries{"}"} entries of this shop’s logs: {"{"}right{"}"} of {"{"}certificates{"}"} certificates are right. This node had counted more than they prove. Tell the stewards.
count-failed = This browser could not count ({"{"}code{"}"}). Try again.
campaigns-none = There is no vote.
campaign-until = Open until { $day }.
campaign-ended = Ended on { $day }.
campaign-votes =
    { $number-count ->
        [one] { $number } vote.
       *[other] { $number } votes.
    }
choice = Choice
votes = Votes
share = Share
gifts-none = There is no association to give to.
gifts-heading = Gifts
association = Association
gifts-customers = From customers
gifts-shops = From shops
gifts-all = Points in all
closed = closed
evidence-heading = Evidence
evidence-none = None: nobody has been caught cheating. An empty list is good.
evidence-text = Each piece proves by itself, offline, who cheated. Tell the stewards.
culprit-witness = { $name } (witness of keyset { $keyset })
culprit-unknown = somebody whom the charter does not name
offence-double-vote = voted for two orders over one coin.
offence-vote-against-certificate = voted against what was certified.
offence-fork = signed two logs that contradict one another.
offence-bad-evaluation = signed change that is not valid.
offence-bad-certificate = wrote a certificate into its log that is none.
offence-bad-vote = logged a vote for an order that breaks a rule, or that its owner did not sign.
offence-bad-order = voted for an order that breaks a rule.
offence-two-bodies = signed two orders for one reference.
offence-reopened = said that its log was closed, and signed another.
offence-unknown = An offence that this node’s charter can’t judge yet.
