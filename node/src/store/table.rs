//! The tables, one row each; engines derive everything from this list.

/// Calls `$callback!` with `Variant => "name", "what it holds"` for every table. Names are stored in databases: they
/// never change, and a new one needs a migration.
macro_rules! with_tables {
    ($callback:ident) => {
        $callback! {
            Meta => "meta", "What the node knows about itself: identity, marks, next positions.";
            Coin => "coin", "Spent set of a witness: (keyset, P) to the digest it is bound to.";
            Reference => "reference", "Locks on (store, reference) of orders that debit a store.";
            Order => "order", "Orders of a witness by digest, with state, vote, certificate, evaluation.";
            LogEntry => "log_entry", "Log of a witness: position to entry.";
            LogNode => "log_node", "Inner nodes of the log's Merkle tree.";
            Counter => "counter", "Sums that limits and caps are checked against.";
            Book => "book", "Positions per keyset and account.";
            Feed => "feed", "Certified orders that name a store, by log position.";
            Bucket => "bucket", "Certified orders under the blinded elements by which a lost wallet finds them.";
            PeerHead => "peer_head", "Highest signed log head seen of each witness.";
            PeerLog => "peer_log", "How far the log of each witness was pulled, and what it held.";
            Evidence => "evidence", "Proofs of somebody's misbehaviour.";
            Charter => "charter", "Charter versions, and forks kept as evidence.";
            Opened => "opened", "Orders that this store's gateway has accepted and not yet completed.";
            Grant => "grant", "Grants made by this store's tills.";
            Checkout => "checkout", "Checkouts opened by this store's tills.";
            SignedReference => "signed_reference", "The one order body this store signed per reference.";
            Till => "till", "Tills and the hashes of their tokens.";
            Idempotency => "idempotency", "Answers given under an Idempotency-Key.";
            Hourly => "hourly", "Totals per hour, of the store and each till; ballots and vouchers granted; what gathers for associations.";
            Earlier => "earlier", "What a witness keeps of earlier keysets, from which points move into its own.";
            Detail => "detail", "What a grant was made for: its till, its sum, what came back of it.";
            Receipt => "receipt", "Receipts on their way home, sealed for whoever claims their grant.";
            Refund => "refund", "What this store owes back, by the order that paid it.";
            Basket => "basket", "Baskets opened by this store's tills.";
            Event => "event", "What tills and web shops are told, in the order in which it happened.";
            Webhook => "webhook", "Where events are posted to, and how far each has been told.";
        }
    };
}
pub(super) use with_tables;

macro_rules! define_tables {
    ($($variant:ident => $name:literal, $what:literal;)*) => {
        /// A key-value table of the node's database.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Table {
            $(#[doc = $what] $variant,)*
        }

        impl Table {
            /// Every table.
            pub const ALL: &'static [Table] = &[$(Table::$variant,)*];

            /// The table's name inside a database.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Table::$variant => $name,)*
                }
            }
        }
    };
}
with_tables!(define_tables);
