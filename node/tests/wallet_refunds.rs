//! A wallet on disk and four shops over HTTP: a payment that came too late comes back by itself.

use crate::federation_support;
use crate::wallet_command;
use crate::wallet_support;

use std::path::Path;

use federation_support::{VOUCHER, VOUCHER_VALUE};
use ronde_node::clock::Clock;
use ronde_node::wallet::Trouble;
use ronde_node::wallet::session::{Asked, Became, Progress, Session};
use ronde_protocol::crypto::Seed;
use ronde_protocol::machine::wallet::Outcome;
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::ids::{OrderDigest, StoreId};
use wallet_support::Town;

fn new(town: &Town, folder: &Path) -> Session {
    Session::create(folder, town.base(1), Some(&town.federation.id()), None).unwrap()
}

fn open(folder: &Path) -> Session {
    Session::open(folder, None, || Err(Trouble::PassphraseNeeded)).unwrap()
}

/// A wallet with 25 points and a voucher, which pays 7 points and the voucher at store 3 whose till withdraws the checkout;
/// then it is certified all the same.
fn late(town: &Town, folder: &Path) -> (Session, OrderDigest) {
    let mut wallet = new(town, folder);
    wallet.claim(&town.grant_with(1, 25, None, 1)).unwrap();
    town.bend(|quorum| quorum.binding = true);
    let link = town.checkout(3, 12, 1);
    let paid = wallet.pay(&link, Some(Points(7)), &[VOUCHER]).unwrap();
    assert_eq!(paid.done.progress, Progress::Pending { votes: 2 });
    let order = paid.done.digest.unwrap();
    town.cancel(3, &link);
    town.bend(|quorum| quorum.binding = false);
    assert_eq!(wallet.resume().unwrap()[0].result.as_ref().unwrap().progress, Progress::Done);
    assert_eq!(wallet.spendable(), Points(18), "paid, and nothing bought");
    (wallet, order)
}

fn back(asked: &[Asked]) -> Progress {
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!((asked[0].store, asked[0].points), (StoreId(3), Points(7 + VOUCHER_VALUE)));
    match &asked[0].became {
        Ok(Became::Back(done)) => done.progress,
        other => panic!("{other:?}"),
    }
}

/// WALLET-43, WALLET-46, STORE-25.
#[test]
fn a_payment_that_came_too_late_comes_back_by_itself() {
    let (town, folder) = (Town::open(), tempfile::tempdir().unwrap());
    let (mut wallet, order) = late(&town, folder.path());
    let asked = wallet.ask_payments();
    assert_eq!((back(&asked), asked[0].order), (Progress::Done, order));
    assert_eq!(wallet.spendable(), Points(25 + VOUCHER_VALUE));
    assert_eq!(town.float(), 25 + VOUCHER_VALUE);
    assert!(wallet.ask_payments().is_empty(), "it is known what became of it");
    drop(wallet);
    let wallet = open(folder.path());
    assert_eq!(wallet.spendable(), Points(25 + VOUCHER_VALUE));
    assert_eq!(wallet.wallet().book().history.last().unwrap().outcome, Outcome::Refunded);
}

/// WALLET-46: there is one claim, and one for a keyset that only a wrong clock finds open no store takes.
#[test]
fn a_refund_is_claimed_only_once_the_clock_and_that_of_the_store_agree() {
    let (town, folder) = (Town::open(), tempfile::tempdir().unwrap());
    let (mut wallet, _) = late(&town, folder.path());
    let end = town.federation.charter.keysets().map(|keyset| keyset.issue_until()).max().unwrap();
    wallet.set_clock(Clock::manual((end + 1) * 1000).0);
    let asked = wallet.ask_payments();
    assert!(matches!(asked[0].became, Err(Trouble::WrongClock { .. })), "{asked:?}");
    assert!(wallet.wallet().book().open.is_empty(), "nothing was planned");
    wallet.set_clock(Clock::System);
    assert_eq!(back(&wallet.ask_payments()), Progress::Done);
}

/// WALLET-43.
#[test]
fn a_payment_that_bought_what_it_was_for_is_asked_about_once() {
    let (town, folder) = (Town::open(), tempfile::tempdir().unwrap());
    let mut wallet = new(&town, folder.path());
    wallet.claim(&town.grant(1, 25)).unwrap();
    wallet.pay(&town.checkout(3, 12, 1), Some(Points(7)), &[]).unwrap();
    let asked = wallet.ask_payments();
    assert!(matches!(asked[..], [Asked { became: Ok(Became::Paid), points: Points(7), .. }]), "{asked:?}");
    assert!(wallet.ask_payments().is_empty());
    assert_eq!(open_after(wallet, folder.path()).ask_payments().len(), 0);
}

fn open_after(wallet: Session, folder: &Path) -> Session {
    drop(wallet);
    open(folder)
}

/// WALLET-3, WALLET-10, WALLET-44: the others are there, and not asked.
#[test]
fn a_refund_that_is_not_decided_is_completed_later_and_a_shop_that_is_away_is_asked_the_next_time() {
    let (town, folder) = (Town::open(), tempfile::tempdir().unwrap());
    let (mut wallet, _) = late(&town, folder.path());
    town.bend(|quorum| quorum.holding = true);
    assert_eq!(back(&wallet.ask_payments()), Progress::Pending { votes: 1 });
    let mut wallet = open_after(wallet, folder.path());
    assert!(wallet.ask_payments().is_empty(), "its claim is open");
    town.bend(|quorum| quorum.holding = false);
    let resumed = wallet.resume().unwrap();
    assert_eq!(resumed.len(), 1);
    assert_eq!(resumed[0].result.as_ref().unwrap().progress, Progress::Done);
    assert_eq!(wallet.spendable(), Points(25 + VOUCHER_VALUE));

    let other = tempfile::tempdir().unwrap();
    let (mut wallet, _) = late(&town, other.path());
    town.close(3);
    let asked = wallet.ask_payments();
    assert!(matches!(asked[..], [Asked { became: Err(Trouble::Unreachable { .. }), .. }]), "{asked:?}");
    assert_eq!(wallet.wallet().book().payments.len(), 1);
}

/// STORE-19: a copy of the wallet gets nothing twice.
#[test]
fn a_copy_of_the_wallet_finds_that_the_refund_went_to_the_other() {
    let (town, folder) = (Town::open(), tempfile::tempdir().unwrap());
    let (wallet, _) = late(&town, folder.path());
    drop(wallet);
    let copied = tempfile::tempdir().unwrap();
    copy(folder.path(), copied.path());
    let (mut first, mut second) = (open(folder.path()), open(copied.path()));
    town.bend(|quorum| quorum.holding = true);
    assert_eq!(back(&first.ask_payments()), Progress::Pending { votes: 1 });
    let asked = second.ask_payments();
    assert!(matches!(asked[..], [Asked { became: Ok(Became::Elsewhere), .. }]), "{asked:?}");
    town.bend(|quorum| quorum.holding = false);
    first.resume().unwrap();
    let asked = second.ask_payments();
    assert!(matches!(asked[..], [Asked { became: Ok(Became::Elsewhere), .. }]), "{asked:?}");
    assert!(second.ask_payments().is_empty());
    assert_eq!((first.spendable(), second.spendable()), (Points(25 + VOUCHER_VALUE), Points(18)));
    assert_eq!(town.float(), 25 + VOUCHER_VALUE);
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// WALLET-47.
#[test]
fn a_wallet_that_was_lost_before_it_asked_is_paid_back_by_its_words() {
    let (town, folder) = (Town::open(), tempfile::tempdir().unwrap());
    let (wallet, order) = late(&town, folder.path());
    let seed = Seed::new(*wallet.wallet().expose_seed());
    drop(wallet);
    let again = tempfile::tempdir().unwrap();
    let federation = town.federation.id();
    let mut wallet = Session::create_from(seed, 1, again.path(), town.base(2), Some(&federation), None).unwrap();
    assert!(wallet.ask_payments().is_empty(), "nobody is asked about a lost wallet's payments unasked");
    let asked = wallet.ask_payment_of(&order, None).unwrap();
    assert_eq!(back(&[asked]), Progress::Done);
    assert_eq!(wallet.spendable(), Points(7 + VOUCHER_VALUE));
}

/// What a person reads and a script sees: the command that completes the payment brings it back too.
#[test]
fn resume_says_in_words_that_a_payment_came_back() {
    let (town, temporary) = (Town::open(), tempfile::tempdir().unwrap());
    let folder = temporary.path().join("wallet");
    wallet_command::new(town.base(1), &folder);
    wallet_command::json(&folder, &["claim", &town.grant(1, 25)]);
    let (code, paid) = wallet_command::json(&folder, &["pay", &town.checkout(2, 4, 1)]);
    assert_eq!((code, &paid["refunds"][0]["state"]), (0, &"paid".into()), "{paid}");
    town.bend(|quorum| quorum.binding = true);
    let link = town.checkout(3, 12, 1);
    let (_, late) = wallet_command::json(&folder, &["pay", &link, "--points", "7"]);
    assert_eq!(late["refunds"], serde_json::json!([]), "{late}");
    town.cancel(3, &link);
    town.bend(|quorum| quorum.binding = false);
    let said = wallet_command::ronde(&folder, &["resume"]);
    let text = String::from_utf8(said.stdout).unwrap();
    assert!(said.status.success(), "{text}");
    let code: String = late["order"].as_str().unwrap().chars().take(8).collect();
    let line = format!("7 points back from Store 3: order {code} could buy nothing there any more.");
    assert!(text.lines().any(|one| one == line), "{text}");
    assert!(text.ends_with("You have 21 points.\n"), "{text}");
    let (code, nothing) = wallet_command::json(&folder, &["refunds"]);
    assert_eq!((code, &nothing["refunds"]), (0, &serde_json::json!([])), "{nothing}");
    let (_, history) = wallet_command::json(&folder, &["history"]);
    assert_eq!(history["records"].as_array().unwrap().last().unwrap()["outcome"], "refunded");
}
