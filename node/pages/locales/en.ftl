### All text of the pages. `{ $x }` is put in; `$x-count` beside it chooses between one and many.

## Around every page

skip = To the content
nav-label = Pages
nav-federation = Federation
nav-wallet = Wallet
other-language = Français
footer = Points as coins in your own wallet. No account, no card number, no cookie on these pages.
euros = €{ $amount }
day = { $day } { $month } { $year }
moment = { $day }, { $time } UTC
milliseconds = { $time } ms
percent = { $number }%
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
shop-number = shop { $id }
association-number = association { $id }

## When something is not there

trouble-not-found = There is nothing here
trouble-not-found-advice = The address may be mistyped, or the link is of another shop. Scan the code again, or begin on the front page.
trouble-asked = This can’t be shown
trouble-asked-advice = What was asked for can’t be. Go back and try again, or begin on the front page.
trouble-node = The shop’s node can’t answer now
trouble-node-advice = Nothing was lost. Load the page again in a moment; if that does not help, tell the shop.
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

## Wallet

wallet-title = Wallet
wallet-heading = A wallet for your points
wallet-lead = Your points are coins in a wallet of your own: on your phone or computer, and nowhere else.
wallet-how = How to come by a wallet
wallet-how-app = This shop’s node does not carry the app for browsers. Ask at the counter which other shop of the federation does: any wallet works everywhere.
wallet-how-command = On a computer, the program ronde is a wallet too:
wallet-here-link = the link
wallet-any-shop = Whichever shop’s node your wallet talks to, your points are the same.
link-grant = { $shop } has points for you
link-grant-text = They wait behind this link until you claim them with your wallet. Whoever has the link first has the points: keep it to yourself.
link-checkout = Pay with points at { $shop }
link-checkout-text = Open this link with your wallet: it shows what is asked, and you say how much of it you pay in points.
link-label = The link, for your wallet
link-copy = Copy
link-copied = The link is copied.
link-no-script = Copy the whole address of this page, with all that stands behind the sign #: that is the link.

## Till

till-title = Till
till-heading = Till
till-no-script = The till needs JavaScript in this browser. Without it, the program ronde does the same:
till-sound = Sound
till-sign-out = Sign out
till-sign-in = Open this till
till-sign-in-text = This browser does not have a till’s token yet.
till-token = Token of the till
till-token-help = The manager gets it when the till is added. It stays in this browser until you sign out.
till-open = Open the till
till-what = What to do
till-give = Give points
till-take = Take points
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
till-go-give = Give
till-go-take = Take
till-operation = In hand
till-qr = QR code of the link
till-link = Link
till-copy = Copy
till-cancel = Cancel
till-next = Next customer
till-recent = Last ten
till-recent-none = Nothing yet on this till.
till-refund = Points back
till-refund-points = Points to give back
till-refund-close = Close
till-refund-go = Give back

## What the till's script says

js-unreachable = No connection to the shop’s node. What is open goes on by itself; trying again in { $seconds } s.
js-back = The connection is back.
js-token-refused = This token is of no till here, or the till was revoked. Ask the manager for a new one.
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
change-keyset = Keyset { $keyset }: the witnesses are { $names }, of whom { $faults } may fail or lie; its points are issued until { $issued } and spent until { $spent }.
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
