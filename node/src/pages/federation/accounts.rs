//! The books as a table, with a bar for each position.

use ronde_protocol::message::charter::Charter;

use super::store_name;
use crate::pages::say::Say;
use crate::shop::{Account, AccountLine, KeysetBooks};

/// Half the width of a bar's field.
const HALF: u64 = 100;

pub(super) struct Books {
    pub(super) keyset: String,
    pub(super) lines: Vec<Line>,
    /// Whether the positions sum to zero, as they must.
    pub(super) balanced: bool,
}

pub(super) struct Line {
    pub(super) name: String,
    pub(super) is_pool: bool,
    pub(super) issued: String,
    pub(super) redeemed: String,
    pub(super) donated: String,
    pub(super) pledged: String,
    pub(super) honoured: String,
    pub(super) funded: String,
    pub(super) position: String,
    pub(super) bar: Bar,
}

/// A bar to the right of the middle is owed, one to the left owes.
pub(super) struct Bar {
    pub(super) x: u64,
    pub(super) width: u64,
    pub(super) class: &'static str,
}

pub(super) fn books(say: &Say, charter: &Charter, books: &[KeysetBooks]) -> Vec<Books> {
    books
        .iter()
        .map(|books| {
            let longest = books.accounts.iter().map(|line| line.position.unsigned_abs()).max().unwrap_or(0);
            let sum: i128 = books.accounts.iter().map(|line| i128::from(line.position)).sum();
            let lines = books.accounts.iter().map(|account| line(say, charter, account, longest)).collect();
            Books { keyset: books.keyset.to_string(), lines, balanced: sum == 0 }
        })
        .collect()
}

fn line(say: &Say, charter: &Charter, line: &AccountLine, longest: u64) -> Line {
    let name = match line.account {
        Account::Store(id) => store_name(say, charter, id),
        Account::Association(id) => charter
            .association(id)
            .map_or_else(|| say.of("association-number", "id", id), |association| association.name.to_string()),
        Account::Pool => say.text("pool"),
    };
    Line {
        name,
        is_pool: line.account == Account::Pool,
        issued: say.number(line.issued.0),
        redeemed: say.number(line.redeemed.0),
        donated: say.number(line.donated.0),
        pledged: say.number(line.pledged.0),
        honoured: say.number(line.vouchers_honoured.0),
        funded: say.number(line.vouchers_funded.0),
        position: say.signed(line.position),
        bar: bar(line.position, longest),
    }
}

fn bar(position: i64, longest: u64) -> Bar {
    let share = u128::from(position.unsigned_abs()) * u128::from(HALF) / u128::from(longest.max(1));
    // What is not nothing is seen.
    let width = u64::try_from(share).unwrap_or(HALF).max(u64::from(position != 0));
    let (x, class) = if position < 0 { (HALF - width.min(HALF), "owes") } else { (HALF, "owed") };
    Bar { x, width, class }
}
