use serde_json::json;

use super::ledger::Ledger;
use super::options::Options;
use super::screen::wrap;
use super::shops::{A, B, D};

fn options(line: &str) -> Result<Options, String> {
    Options::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
}

#[test]
fn options_are_read_in_both_spellings_and_a_stray_word_is_refused() {
    assert_eq!(options("").unwrap(), Options::default());
    assert_eq!(options("--ronde ./ronde").unwrap().ronde, Some("./ronde".into()));
    assert!(options("--ronde").is_err());
    let kept = Options { once: true, keep: Some("here".into()), ronde: None };
    assert_eq!(options("--once --keep here").unwrap(), kept);
    assert_eq!(options("--keep=here --once").unwrap(), kept);
    assert!(options("--keep").is_err());
    assert!(options("--keep --once").is_err());
    assert!(options("twice").unwrap_err().contains("--once"));
}

#[test]
fn rows_are_broken_at_words_and_counted_in_letters() {
    assert_eq!(wrap("un deux trois", 7), ["un deux", "trois"]);
    assert_eq!(wrap("éé éé", 5), ["éé éé"]);
    assert_eq!(wrap("a incomprehensible b", 4), ["a", "incomprehensible", "b"]);
}

#[test]
fn whatever_is_done_the_ledger_sums_to_zero_in_every_column() {
    let mut ledger = Ledger::default();
    ledger.earn(A, 25);
    ledger.pay(B, 7);
    ledger.give(5);
    ledger.pledge(B, 50);
    ledger.honour(D, A, 5);
    assert_eq!((ledger.sum(), ledger.float()), (0, 13));
    let table = ledger.table();
    let together = table.last().unwrap();
    assert_eq!(together.split_whitespace().skip(1).collect::<Vec<_>>(), ["0"; 5]);
    assert!(table.iter().all(|row| row.chars().count() <= 76), "{table:#?}");
}

#[test]
fn books_that_do_not_add_up_are_refused() {
    let account = |account, issued, redeemed, position| {
        json!({
            "account": account, "issued": issued, "redeemed": redeemed, "donated": 0, "pledged": 0,
            "vouchers_honoured": 0, "vouchers_funded": 0, "position": position,
        })
    };
    let books = |float: i64, store: i64| {
        let accounts = [account(json!({ "store": 1 }), 25, 7, store), account(json!("pool"), 0, 0, float)];
        json!({ "keysets": [{ "keyset": 1, "accounts": accounts }] })
    };
    let mut wanted = Ledger::default();
    wanted.earn(A, 25);
    wanted.pay(A, 7);
    assert_eq!(Ledger::read(&books(18, -18)).unwrap().stirred(), wanted.stirred());
    assert!(Ledger::read(&books(19, -18)).is_err(), "a float that is not what the stores owe");
    assert!(Ledger::read(&books(18, -17)).is_err(), "a position that is not what moved");
}
