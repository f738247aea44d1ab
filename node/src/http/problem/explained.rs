//! What each code means to whoever meets it, in more words than a title: `docs/errors.md` is made from this.

use super::Code;

/// A code in words.
#[derive(Clone, Copy, Debug)]
pub struct Explained {
    /// What happened.
    pub happened: &'static str,
    /// What whoever makes tills lets them do.
    pub till: &'static str,
    /// What whoever makes wallets lets them do.
    pub wallet: &'static str,
    /// What the people of the shop do, if there is anything.
    pub shop: &'static str,
}

macro_rules! explained {
    ($($code:ident: $happened:literal, $till:literal, $wallet:literal, $shop:literal;)*) => {
        impl Code {
            /// What happened, and what to do about it.
            #[must_use]
            pub fn explained(self) -> Explained {
                match self {$(
                    Self::$code => Explained { happened: $happened, till: $till, wallet: $wallet, shop: $shop },
                )*}
            }
        }
    };
}

explained! {
    CoinSpent:
        "A coin of the order is spent by another order, whose certificate comes along in `conflict`.",
        "Ask the customer to pay again or otherwise; this checkout can still be paid.",
        "Check `conflict` (WALLET-8). If it proves the coin spent, mark the coin spent, look for change of that other order that is yours, and choose other coins.",
        "Nothing. It is usually a copy of a wallet, or a wallet put back from an old backup.";
    CoinUnknown:
        "The proof that a coin is genuine fails at a witness: the coin was not issued by this federation, or the columns were damaged on the way.",
        "The checkout is open again; let the customer try once more.",
        "Make the columns anew and send the same order again. If it stays so, leave this coin out: it can't be spent.",
        "Nothing. If many customers meet it, tell whoever makes their wallet.";
    OrderConflict:
        "Another order came first at a witness over the same coin or reference and is not decided yet; or this store has signed another pledge today.",
        "For a pledge: one a day, try tomorrow. Else wait for the wallet.",
        "Ask for the order in `conflict` by its digest, complete it if it is yours, then send this one again.",
        "For a pledge: today's is made already, or may have been before a copy was put back.";
    QuorumUnreachable:
        "Fewer witnesses answered than are needed: `answered` of `needed`.",
        "Go on as without a connection, and ask again with growing pauses.",
        "Keep the order and ask again with growing pauses, perhaps at another store. Nothing is lost.",
        "Look at `ronde status`: which witnesses are down. If all are, it is this shop's line.";
    LimitExceeded:
        "The points are beyond what the store may issue in a day, or beyond a cap that the shop has set for its tills: then `cap` says which. `left` says how many points still fit.",
        "If `retryable` is false the grant never fits: make a smaller one. Else keep the grant for tomorrow, the customer can claim it later.",
        "Tell the customer that the points can be claimed later, and try again, tomorrow at the latest.",
        "A cap is yours: `ronde till list` shows what each till gave today, and `[caps]` in the configuration or `ronde till add` sets another. For a higher limit of the store ask the stewards, in the next charter.";
    GrantClaimed:
        "The grant was claimed already, by another claim.",
        "It can't be withdrawn any more. Show it as claimed.",
        "If the claim was this wallet's, ask for its order by digest. Else say that somebody has claimed these points.",
        "If the customer did not claim them, somebody else saw the code: make another grant, and show codes to one customer only.";
    GrantExpired:
        "Nobody claimed the grant in time, or it was withdrawn: by a till, or because the node runs on a copy that was put back.",
        "Make another grant if the customer has a right to it.",
        "Say so; the link is of no use any more.",
        "Nothing.";
    CheckoutTaken:
        "Another order has taken the checkout, or it is paid; so it can't be paid or withdrawn now.",
        "Ask how far the checkout is, and show that. Do not open another before it is decided.",
        "If the order that took it is this wallet's, go on with that. Else say that somebody else is paying here.",
        "Nothing.";
    CheckoutExpired:
        "Nobody paid the checkout in time.",
        "Open another one.",
        "Ask the customer to scan the till's new code.",
        "If this comes often, let tills give more time with `expires_in`.";
    CheckoutCancelled:
        "The till withdrew the checkout.",
        "Open another one if the customer still wants to pay.",
        "Ask the customer to scan the till's new code.",
        "Nothing.";
    BasketSettled:
        "The basket can't be cancelled any more: what is paid with points is decided, or the sale is complete.",
        "Complete it, and withdraw its grant if nothing is to be earned; goods that come back are a return.",
        "Nothing: only tills cancel baskets.",
        "Nothing.";
    ClockSkew:
        "The time of the grant or pledge is `ahead` seconds too far ahead of a witness's clock: one of both clocks is wrong.",
        "Keep the grant; it can be claimed once the clocks agree.",
        "Try again later, without asking the customer.",
        "Look at `ronde status`, which says how far this machine's clock is off and how it is set right.";
    CharterExpired:
        "The charter's time is over: points can be spent, and none are issued until the stewards publish the next.",
        "Go on with checkouts; keep what was earned on paper, or try again later.",
        "Try again later. Coins are not touched by this.",
        "Ask the stewards for the next charter and install it with `ronde charter install`.";
    CharterBehind:
        "This node or a witness does not know the charter yet that the request speaks of.",
        "Try again in a minute.",
        "Try again in a minute, or through another store.",
        "If it lasts longer, compare `charter_version` in `ronde status` with the other stores', and install the newest.";
    RolloverBehind:
        "Points move into a later keyset, and its witnesses have not read far enough yet in the logs of the earlier one.",
        "Nothing: tills do not meet it.",
        "Send the same order again in a minute.",
        "If it lasts, look in `ronde status` at which peers' logs lag, and why.";
    KeysetClosed:
        "The coins' keyset, or the campaign of the ballot, is over.",
        "Nothing: make grants as before, wallets choose a keyset that is open.",
        "Choose an open keyset for outputs. Coins of a closed one can't be spent; say so to the customer.",
        "Nothing.";
    TokenScope:
        "The token is good, but may not do this: it lacks the scope in `scope`.",
        "Use the token that was meant for this, or ask the administrator for another.",
        "Nothing: wallets need no token.",
        "Add a till with that scope with `ronde till add`.";
    TokenMissing:
        "There is no token, or none of a till of this shop, or it was revoked.",
        "Stop, and ask for a new token.",
        "Nothing: wallets need no token.",
        "Add the till with `ronde till add`, and give it its token.";
    PasswordWrong:
        "The password is not the manager's, or the node has none.",
        "Nothing: tills have tokens.",
        "Nothing: wallets sign in nowhere.",
        "Type it again. If it is lost, whoever keeps the node sets another with `ronde manager password`.";
    SessionMissing:
        "The page needs the manager, and nobody is signed in: the session is over, was ended by another password, or the node was started again.",
        "Nothing: tills have tokens.",
        "Nothing: wallets sign in nowhere.",
        "Sign in again with the manager's password.";
    FormRefused:
        "A form came that no page of this node in this session has sent: of another site, of an earlier session, or of no browser.",
        "Nothing: tills have tokens, and send no forms.",
        "Nothing: wallets send no forms.",
        "Load the page again and send it from there. If you came by a link in a message, somebody may have tried to act in your name: tell whoever keeps the node.";
    IdempotencyMismatch:
        "The `Idempotency-Key` was used before, with another request.",
        "It is a fault of the till's program: one key for each thing that it wants done.",
        "Nothing: wallets send no keys.",
        "Tell whoever makes the till.";
    IdempotencyInFlight:
        "The first request with this `Idempotency-Key` is still being answered.",
        "Send the same again in a second.",
        "Nothing: wallets send no keys.",
        "Nothing.";
    RateLimited:
        "The node, or a witness, has as much in hand as it takes at a time; or too many wrong passwords were tried, then `retry_after` says how many seconds to wait.",
        "Send the same again with growing pauses.",
        "Send the same again with growing pauses, perhaps through another store.",
        "If it lasts, look at `ronde status`: open orders, and the log, which names what there is no room for.";
    BadEncoding:
        "The request can't be read: `field`, `offset` and `expected` say where and what should stand there.",
        "It is a fault of the till's program. Compare the request with the API's document.",
        "It is a fault of the wallet's program. Compare the bytes with the test vectors.",
        "Tell whoever makes the program.";
    OrderInvalid:
        "The order breaks the rule that `rule` names.",
        "For a payment with `offer-step` or `offer-total`, open a checkout with the right step and maximum.",
        "It is a fault of the wallet's program, but for `columns` with `retryable` true: then send it again with more columns.",
        "Tell whoever makes the wallet.";
    BadSignature:
        "A signature is not by the key that it should be by.",
        "Nothing: tills do not sign.",
        "It is a fault of the wallet's program, or bytes were damaged on the way.",
        "Tell whoever makes the wallet.";
    NotFound:
        "There is no such path, grant, checkout, till, order or log here; or the secret is not the grant's.",
        "Look whether it is this shop's node that is asked, and whether the id is whole.",
        "Look whether the link is whole, and is of this store. For an order with `retryable` true, ask again.",
        "Nothing.";
    StorageFailed:
        "The node, or a witness, could not read or write its disk. Nothing was done.",
        "Send the same again with growing pauses.",
        "Send the same again with growing pauses, perhaps through another store.",
        "Look at the room on the disk (`ronde status`) and at the node's log, which says what failed.";
    WitnessNotVoting:
        "A witness has just started and does not vote yet, or has retired, and without it there are too few.",
        "Send the same again with growing pauses.",
        "Send the same again with growing pauses.",
        "Look in `ronde status` whether it is this shop's witness, and why.";
    RequestInvalid:
        "The request can be read, but `field` asks for something that can't be.",
        "Correct that field: `detail` says what it may be.",
        "Correct that field: `detail` says what it may be.",
        "If it names a campaign or offer, it is over, or not this shop's to give: see the charter.";
    TooLarge:
        "The request is longer than any such request may be.",
        "It is a fault of the till's program.",
        "Spend fewer coins in one order.",
        "Tell whoever makes the program.";
    MethodNotAllowed:
        "There is such a path, but not with this method; `Allow` names those that there are.",
        "It is a fault of the till's program. Compare the request with the API's document.",
        "It is a fault of the wallet's program. Compare the request with the API's document.",
        "Tell whoever makes the program.";
}
