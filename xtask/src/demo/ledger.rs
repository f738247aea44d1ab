//! What the books must say, kept beside them by the demo from what its steps did.

use std::collections::BTreeMap;

use serde_json::Value;

use super::failure::{Failure, number};
use super::shops::{ASSOCIATION, SHOPS, Shop};

/// Who has a line in the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    /// By its place.
    Shop(usize),
    Association,
    /// Points that nobody has spent yet.
    Float,
}

/// What moved on an account, in points: plus is owed to it, minus it owes. Every line adds up to its position, every
/// column over all accounts to zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Line {
    pub issued: i64,
    pub taken: i64,
    pub vouchers: i64,
    pub gifts: i64,
}

impl Line {
    pub fn position(&self) -> i64 {
        self.issued + self.taken + self.vouchers + self.gifts
    }
}

/// All lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger(pub BTreeMap<Account, Line>);

impl Ledger {
    fn line(&mut self, account: Account) -> &mut Line {
        self.0.entry(account).or_default()
    }

    pub fn earn(&mut self, shop: Shop, points: i64) {
        self.line(Account::Shop(shop.place)).issued -= points;
        self.line(Account::Float).issued += points;
    }

    pub fn pay(&mut self, shop: Shop, points: i64) {
        self.line(Account::Shop(shop.place)).taken += points;
        self.line(Account::Float).taken -= points;
    }

    pub fn give(&mut self, points: i64) {
        self.line(Account::Association).gifts += points;
        self.line(Account::Float).gifts -= points;
    }

    pub fn pledge(&mut self, shop: Shop, points: i64) {
        self.line(Account::Association).gifts += points;
        self.line(Account::Shop(shop.place)).gifts -= points;
    }

    pub fn honour(&mut self, shop: Shop, funder: Shop, points: i64) {
        self.line(Account::Shop(shop.place)).vouchers += points;
        self.line(Account::Shop(funder.place)).vouchers -= points;
    }

    pub fn float(&self) -> i64 {
        self.0.get(&Account::Float).map_or(0, Line::position)
    }

    pub fn sum(&self) -> i64 {
        self.0.values().map(Line::position).sum()
    }

    /// The ledger without lines that say nothing, for comparison.
    pub fn stirred(&self) -> Self {
        Self(self.0.iter().filter(|(_, line)| **line != Line::default()).map(|(of, line)| (*of, *line)).collect())
    }

    /// Reads `GET /v1/books`. A store's position must follow from what moved, and the float's from everybody's.
    pub fn read(books: &Value) -> Result<Self, Failure> {
        let wrong = || Failure::new("books with accounts of known shops", books.to_string());
        let keysets = books.pointer("/keysets").and_then(Value::as_array).ok_or_else(wrong)?;
        let mut ledger = Self::default();
        let mut float = 0;
        for entry in keysets.iter().filter_map(|keyset| keyset.get("accounts")?.as_array()).flatten() {
            let position = number(entry, "/position")?;
            match account(entry).ok_or_else(wrong)? {
                Account::Float => float = position,
                Account::Association => ledger.line(Account::Association).gifts += position,
                shop => ledger.0.insert(shop, shop_line(entry, position)?).map_or((), |_| ()),
            }
        }
        let total = ledger.total();
        let line = Line { issued: -total.issued, taken: -total.taken, vouchers: -total.vouchers, gifts: -total.gifts };
        if line.position() != float {
            return Err(Failure::new(
                format!("a float of {}: books that sum to zero", line.position()),
                float.to_string(),
            ));
        }
        ledger.0.insert(Account::Float, line);
        Ok(ledger)
    }

    fn total(&self) -> Line {
        self.0.values().fold(Line::default(), |sum, line| Line {
            issued: sum.issued + line.issued,
            taken: sum.taken + line.taken,
            vouchers: sum.vouchers + line.vouchers,
            gifts: sum.gifts + line.gifts,
        })
    }

    /// An aligned table; 74 columns wide.
    pub fn table(&self) -> Vec<String> {
        let head = ["gave out", "took in", "vouchers", "gifts", "is owed"];
        let mut rows = vec![format!("{:24}{}", "", head.map(|name| format!("{name:>10}")).concat())];
        rows.extend(self.0.iter().map(|(account, line)| row(&name(*account), line)));
        rows.push("-".repeat(24 + 5 * 10));
        rows.push(row("together", &self.total()));
        rows
    }
}

fn row(name: &str, line: &Line) -> String {
    let cells = [line.issued, line.taken, line.vouchers, line.gifts, line.position()];
    let signed = |cell: i64| if cell == 0 { "0".to_owned() } else { format!("{cell:+}") };
    format!("{name:24}{}", cells.map(|cell| format!("{:>10}", signed(cell))).concat())
}

fn name(account: Account) -> String {
    match account {
        Account::Shop(place) => {
            SHOPS.get(place).map_or_else(String::new, |shop| format!("{} {}", shop.letter, shop.name))
        }
        Account::Association => format!("  {ASSOCIATION}"),
        Account::Float => "  points not yet spent".to_owned(),
    }
}

fn account(entry: &Value) -> Option<Account> {
    let account = entry.get("account")?;
    if account == "pool" {
        return Some(Account::Float);
    }
    if account.get("association").is_some() {
        return Some(Account::Association);
    }
    let id = account.get("store")?.as_u64()?;
    SHOPS.iter().find(|shop| shop.id() == id.to_string()).map(|shop| Account::Shop(shop.place))
}

/// The books count in amounts without a sign; a shop owes what it issues, pledges and funds.
fn shop_line(entry: &Value, position: i64) -> Result<Line, Failure> {
    let of = |name: &str| number(entry, &format!("/{name}"));
    let line = Line {
        issued: -of("issued")?,
        taken: of("redeemed")?,
        vouchers: of("vouchers_honoured")? - of("vouchers_funded")?,
        gifts: of("donated")? - of("pledged")?,
    };
    if line.position() == position {
        return Ok(line);
    }
    Err(Failure::new(format!("a position of {} from what moved", line.position()), entry.to_string()))
}
