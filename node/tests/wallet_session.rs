//! A wallet on disk and four shops over HTTP: what is earned, paid, cut off and completed.

use crate::federation_support;
use crate::wallet_support;

use std::path::Path;

use age::secrecy::SecretString;
use federation_support::{CAMPAIGN, VOUCHER, VOUCHER_VALUE};
use ronde_node::clock::Clock;
use ronde_node::wallet::folder::WalletFolder;
use ronde_node::wallet::link::is_id;
use ronde_node::wallet::session::{Progress, Session};
use ronde_node::wallet::{Trouble, words};
use ronde_protocol::machine::wallet::{Outcome, Stage, WalletError};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::ids::{AssociationId, FederationId, StoreId, WitnessIndex};
use wallet_support::Town;

fn new(town: &Town, folder: &Path) -> Session {
    let federation = town.federation.id();
    Session::create(folder, town.base(1), Some(&federation), None).unwrap()
}

fn open(folder: &Path) -> Session {
    Session::open(folder, None, || Err(Trouble::PassphraseNeeded)).unwrap()
}

#[test]
fn points_of_one_shop_are_spent_in_another_and_the_rest_comes_back_as_change() {
    let (town, folder) = (Town::open(), tempfile::tempdir().unwrap());
    let mut wallet = new(&town, folder.path());
    assert!(wallet.warnings.is_empty(), "two stores showed the charter: {:?}", wallet.warnings);
    let claimed = wallet.claim(&town.grant_with(1, 25, Some(CAMPAIGN), 1)).unwrap();
    assert_eq!((claimed.terms.points, claimed.done.progress), (Points(25), Progress::Done));
    let paid = wallet.pay(&town.checkout(3, 12, 1), Some(Points(7)), &[VOUCHER]).unwrap();
    assert_eq!((paid.store.id, paid.done.progress), (StoreId(3), Progress::Done));
    assert_eq!(wallet.spendable(), Points(18));
    assert_eq!(wallet.vote(CAMPAIGN, 2).unwrap().progress, Progress::Done);
    assert_eq!(wallet.give(AssociationId(1), Points(3)).unwrap().progress, Progress::Done);
    let most = wallet.pay(&town.checkout(2, 100, 4), None, &[]).unwrap();
    assert_eq!(most.points, Points(12), "as many as there are, in the till's steps");
    drop(wallet);
    assert_eq!(open(folder.path()).spendable(), Points(3), "what is on disk is all there is");
    assert_eq!(town.float(), 3);
}

/// WALLET-10.
#[test]
fn an_undecided_payment_is_completed_through_another_shop_in_the_same_bytes() {
    let (town, folder) = (Town::open(), tempfile::tempdir().unwrap());
    let mut wallet = new(&town, folder.path());
    wallet.claim(&town.grant(1, 25)).unwrap();
    town.bend(|quorum| quorum.holding = true);
    let paid = wallet.pay(&town.checkout(3, 12, 1), Some(Points(7)), &[]).unwrap();
    assert_eq!(paid.done.progress, Progress::Pending { votes: 1 });
    let order = paid.done.digest.unwrap();
    drop(wallet);
    town.bend(|quorum| quorum.holding = false);
    town.close(3);
    let mut wallet = open(folder.path());
    let resumed = wallet.resume().unwrap();
    assert_eq!(resumed.len(), 1);
    assert_eq!(resumed[0].result.as_ref().unwrap().progress, Progress::Done);
    assert_eq!(wallet.spendable(), Points(18));
    let quorum = town.quorum.lock().unwrap();
    assert!(quorum.submissions.iter().skip(1).all(|(_, sent)| *sent == order), "one order, sent again");
    assert!(quorum.certified.contains_key(&order));
}

/// WALLET-10: the store that the wallet was made at, and asks first, is gone for good.
#[test]
fn a_wallet_whose_first_shop_is_dead_completes_what_is_open_and_goes_on_through_the_others() {
    let (town, folder) = (Town::open(), tempfile::tempdir().unwrap());
    let mut wallet = new(&town, folder.path());
    wallet.claim(&town.grant(2, 25)).unwrap();
    town.bend(|quorum| quorum.holding = true);
    let paid = wallet.pay(&town.checkout(3, 12, 1), Some(Points(7)), &[]).unwrap();
    let order = paid.done.digest.unwrap();
    drop(wallet);
    town.bend(|quorum| quorum.holding = false);
    town.close(1);
    let mut wallet = open(folder.path());
    let resumed = wallet.resume().unwrap();
    assert_eq!(resumed[0].result.as_ref().unwrap().progress, Progress::Done);
    assert!(town.quorum.lock().unwrap().certified.contains_key(&order));
    assert_eq!(wallet.spendable(), Points(18));
    assert_eq!(wallet.claim(&town.grant(4, 2)).unwrap().done.progress, Progress::Done);
    assert_eq!(wallet.pay(&town.checkout(2, 20, 1), None, &[]).unwrap().done.progress, Progress::Done);
    assert!(wallet.resume().unwrap().is_empty(), "nothing is left open");
    assert_eq!(wallet.spendable(), Points(0));
}

/// WALLET-26.
#[test]
fn the_paid_shop_is_told_of_a_payment_that_went_through_another() {
    let (town, folder) = (Town::open(), tempfile::tempdir().unwrap());
    new(&town, folder.path()).claim(&town.grant(1, 25)).unwrap();
    let mut wallet = Session::open(folder.path(), Some(town.base(2)), || Err(Trouble::PassphraseNeeded)).unwrap();
    let paid = wallet.pay(&town.checkout(3, 12, 1), Some(Points(7)), &[]).unwrap();
    let order = paid.done.digest.unwrap();
    let quorum = town.quorum.lock().unwrap();
    assert!(quorum.submissions.contains(&(StoreId(2), order)));
    assert_eq!(quorum.handed_in, [(StoreId(3), order)]);
}

#[test]
fn a_claim_that_was_cut_off_comes_through_later_and_a_second_one_is_refused() {
    let (town, folder) = (Town::open(), tempfile::tempdir().unwrap());
    let mut wallet = new(&town, folder.path());
    town.bend(|quorum| quorum.holding = true);
    let link = town.grant(1, 25);
    assert_eq!(wallet.claim(&link).unwrap().done.progress, Progress::Pending { votes: 1 });
    town.bend(|quorum| quorum.holding = false);
    assert_eq!(wallet.claim(&link).unwrap().done.progress, Progress::Done);
    let again = wallet.claim(&link).unwrap_err();
    assert!(matches!(again, Trouble::Wallet(WalletError::AlreadyClaimed)), "{again}");
    let other_folder = tempfile::tempdir().unwrap();
    let mut other = new(&town, other_folder.path());
    let refused = other.claim(&link).unwrap_err();
    assert!(matches!(&refused, Trouble::Refused { problem, .. } if problem.code == "grant-claimed"), "{refused}");
    assert!(other.wallet().pending().is_empty(), "a grant that is gone is not waited for");
    assert_eq!(town.float(), 25);
}

#[test]
fn a_witness_that_marks_coins_is_caught_and_its_shop_named() {
    let (town, folder) = (Town::open(), tempfile::tempdir().unwrap());
    let mut wallet = new(&town, folder.path());
    town.bend(|quorum| quorum.liar = Some(WitnessIndex(2)));
    let claimed = wallet.claim(&town.grant(1, 25)).unwrap();
    assert_eq!(claimed.done.progress, Progress::Done);
    let evidence = claimed.done.evidence.into_iter().next().unwrap();
    assert_eq!(evidence.verify(wallet.charter()).unwrap().culprit, WitnessIndex(2));
    drop(wallet);
    assert_eq!(open(folder.path()).wallet().book().evidence.len(), 1, "kept");
}

#[test]
fn a_shop_that_spoils_what_it_relays_gets_nobody_accused_and_others_are_asked() {
    let (town, folder) = (Town::open(), tempfile::tempdir().unwrap());
    let mut wallet = new(&town, folder.path());
    town.bend(|quorum| quorum.spoiling = Some(StoreId(1)));
    let claimed = wallet.claim(&town.grant(1, 25)).unwrap();
    assert_eq!(claimed.done.progress, Progress::Done, "another shop brought them unspoiled");
    assert!(claimed.done.evidence.is_empty() && wallet.wallet().book().evidence.is_empty());
    assert!(!wallet.warnings.is_empty());
}

/// WALLET-31, WALLET-32: what coins lack which can be spent is asked for an hour to a day after the certificate, of one
/// store each time, and not before.
#[test]
fn components_that_were_missing_are_fetched_later() {
    let (town, folder) = (Town::open(), tempfile::tempdir().unwrap());
    let mut wallet = new(&town, folder.path());
    town.bend(|quorum| quorum.silent = vec![WitnessIndex(0), WitnessIndex(1)]);
    assert_eq!(wallet.claim(&town.grant(1, 25)).unwrap().done.progress, Progress::Arriving);
    town.bend(|quorum| quorum.silent = vec![WitnessIndex(0)]);
    assert_eq!(wallet.resume().unwrap()[0].result.as_ref().unwrap().progress, Progress::Done);
    assert_eq!(wallet.wallet().pending()[0].stage, Stage::Completing);
    assert!(wallet.resume().unwrap().is_empty() && wallet.ask_for_missing().unwrap().is_empty(), "it is too early");
    let now = wallet.now();
    let (clock, hand) = Clock::manual((now + 3590) * 1000);
    wallet.set_clock(clock);
    assert!(wallet.ask_for_missing().unwrap().is_empty(), "it is too early for any draw");
    hand.set((now + 86_400) * 1000);
    assert_eq!(wallet.ask_for_missing().unwrap().len(), 1, "the witness is silent still");
    town.bend(|quorum| quorum.silent.clear());
    assert!(wallet.ask_for_missing().unwrap().is_empty(), "the time is drawn anew");
    hand.set((now + 2 * 86_400) * 1000);
    assert_eq!(wallet.ask_for_missing().unwrap().len(), 1);
    assert!(wallet.wallet().pending().is_empty());
}

/// WALLET-42: one of the three witnesses whose components the coins have is gone for good when they are spent.
#[test]
fn a_payment_that_a_missing_component_holds_up_asks_for_it_and_is_done_when_it_is_resumed() {
    let (town, folder) = (Town::open(), tempfile::tempdir().unwrap());
    let mut wallet = new(&town, folder.path());
    town.bend(|quorum| quorum.silent = vec![WitnessIndex(0)]);
    wallet.claim(&town.grant(1, 25)).unwrap();
    town.bend(|quorum| (quorum.silent, quorum.retired) = (vec![], vec![WitnessIndex(3)]));
    let paid = wallet.pay(&town.checkout(2, 5, 1), Some(Points(5)), &[]).unwrap();
    assert!(matches!(paid.done.progress, Progress::Pending { .. }), "two witnesses have a column: {paid:?}");
    assert_eq!(wallet.wallet().pending().len(), 2, "a first payment asks for nothing");
    let resumed = wallet.resume().unwrap();
    assert_eq!(resumed[0].before.digest, paid.done.digest);
    assert!(!matches!(resumed[0].result.as_ref().unwrap().progress, Progress::Pending { .. }), "{resumed:?}");
    assert_eq!(town.float(), 20);
}

#[test]
fn a_copied_wallet_that_spends_twice_loses_only_what_the_other_copy_spent() {
    let (town, folder, copy) = (Town::open(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    new(&town, folder.path()).claim(&town.grant(1, 12)).unwrap();
    let copied = copy.path().join("wallet");
    std::fs::create_dir(&copied).unwrap();
    for name in ["wallet.age", "identity.txt", "charter/000001.charter"] {
        let to = copied.join(name);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(folder.path().join(name), to).unwrap();
    }
    open(&copied).pay(&town.checkout(2, 4, 1), Some(Points(4)), &[]).unwrap();
    let mut wallet = open(folder.path());
    let refused = wallet.pay(&town.checkout(3, 12, 1), Some(Points(12)), &[]).unwrap_err();
    let paid = open(&copied).wallet().book().history.last().unwrap().digest.unwrap();
    let Trouble::Spent(by) = &refused else { panic!("{refused}") };
    assert_eq!((by.digest, by.votes), (paid, 3), "the order in the way is named: {refused}");
    assert!(refused.to_string().contains(&format!("{paid}")[..8]), "{refused}");
    assert_eq!(wallet.spendable(), Points(8));
    assert_eq!(wallet.wallet().book().history.last().unwrap().outcome, Outcome::Lost);
    assert_eq!(town.float(), 8);
}

/// WALLET-21.
#[test]
fn links_to_anything_but_a_shop_of_the_charter_are_not_followed() {
    let (town, folder) = (Town::open(), tempfile::tempdir().unwrap());
    let mut wallet = new(&town, folder.path());
    for link in ["https://evil.example/g/abc#secret", "http://127.0.0.1:1/g/abc#secret"] {
        assert!(matches!(wallet.claim(link).unwrap_err(), Trouble::NotAStore(_)), "{link}");
    }
    for link in ["", "nonsense", "https://evil.example/g/abc", "https://evil.example/c/abc#secret", "/g/a#b"] {
        assert!(matches!(wallet.claim(link).unwrap_err(), Trouble::NotALink), "{link}");
    }
    // A shop that shows another shop's checkout under its own address does not get paid, nor does the other.
    let elsewhere = town.checkout(3, 12, 1).replace(town.base(3), town.base(2));
    assert!(matches!(wallet.pay(&elsewhere, None, &[]).unwrap_err(), Trouble::Refused { .. }));
    assert!(wallet.wallet().pending().is_empty());
}

/// What a store names becomes part of addresses and of files' names.
#[test]
fn nothing_that_a_store_names_leads_out_of_the_folder_of_receipts() {
    let (town, folder) = (Town::open(), tempfile::tempdir().unwrap());
    drop(new(&town, folder.path()));
    let before = std::fs::read(folder.path().join("identity.txt")).unwrap();
    let (kept, _) = WalletFolder::open(folder.path(), || Err(Trouble::PassphraseNeeded)).unwrap();
    for id in ["../identity", "a/b", "/tmp/a", "", ".", "a.txt", "a\\b", &"a".repeat(65)] {
        assert!(matches!(kept.save_receipt(id, "1 x Camembert").unwrap_err(), Trouble::NotALink), "{id}");
        assert!(!is_id(id), "{id}");
    }
    assert_eq!(std::fs::read(folder.path().join("identity.txt")).unwrap(), before);
    let path = kept.save_receipt("AAECAwQFBgcICQoLDA0ODw", "1 x Camembert").unwrap();
    assert_eq!(std::fs::read_to_string(path).unwrap(), "1 x Camembert");
}

/// WALLET-5.
#[test]
fn a_wallet_of_another_federation_is_not_made() {
    let (town, folder) = (Town::open(), tempfile::tempdir().unwrap());
    let refused = Session::create(folder.path(), town.base(1), Some(&FederationId([7; 32])), None).unwrap_err();
    assert!(matches!(refused, Trouble::OtherFederation { .. }), "{refused}");
    assert!(!folder.path().join("wallet.age").exists());
}

#[test]
fn a_wallet_is_used_by_one_command_at_a_time_and_its_identity_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let (town, folder) = (Town::open(), tempfile::tempdir().unwrap());
    let first = new(&town, folder.path());
    let second = Session::open(folder.path(), None, || Err(Trouble::PassphraseNeeded)).unwrap_err();
    assert!(matches!(second, Trouble::InUse(_)), "{second}");
    drop(first);
    let identity = folder.path().join("identity.txt");
    std::fs::set_permissions(&identity, std::fs::Permissions::from_mode(0o644)).unwrap();
    let wide = Session::open(folder.path(), None, || Err(Trouble::PassphraseNeeded)).unwrap_err();
    assert!(matches!(wide, Trouble::Secret(_)), "{wide}");
    let again = Session::create(folder.path(), town.base(1), None, None).unwrap_err();
    assert!(matches!(again, Trouble::Exists(_)), "{again}");
}

#[test]
fn a_passphrase_protects_the_identity_and_nothing_secret_is_in_the_clear() {
    let (town, folder) = (Town::open(), tempfile::tempdir().unwrap());
    let passphrase = || SecretString::from("eight tulips".to_owned());
    let session = Session::create(folder.path(), town.base(1), None, Some(passphrase())).unwrap();
    let seed = session.wallet().expose_seed();
    drop(session);
    let none = Session::open(folder.path(), None, || Err(Trouble::PassphraseNeeded)).unwrap_err();
    assert!(matches!(none, Trouble::PassphraseNeeded), "{none}");
    let wrong = Session::open(folder.path(), None, || Ok(SecretString::from("nine".to_owned()))).unwrap_err();
    assert!(matches!(wrong, Trouble::CannotDecrypt(_)), "{wrong}");
    let opened = Session::open(folder.path(), None, || Ok(passphrase())).unwrap();
    assert_eq!(*opened.wallet().expose_seed(), *seed);
    assert!(!format!("{opened:?}").contains(&hex::encode(*seed)));
    // Not what this machine had time for just then: it would not open again when it is busier.
    let header = std::fs::read(folder.path().join("identity.txt")).unwrap();
    let header = String::from_utf8_lossy(&header);
    let stanza = header.lines().find(|line| line.starts_with("-> scrypt ")).unwrap();
    assert_eq!(stanza.rsplit(' ').next(), Some("17"), "{stanza}");
    for name in ["wallet.age", "identity.txt"] {
        let bytes = std::fs::read(folder.path().join(name)).unwrap();
        assert!(!bytes.windows(32).any(|window| window == seed.as_slice()), "{name}");
        assert!(!bytes.windows(15).any(|window| window == b"AGE-SECRET-KEY-"), "{name}");
    }
}

#[test]
fn an_identity_of_another_work_is_opened_or_refused_by_its_work_and_not_for_its_passphrase() {
    let (town, folder) = (Town::open(), tempfile::tempdir().unwrap());
    let passphrase = || SecretString::from("eight tulips".to_owned());
    drop(Session::create(folder.path(), town.base(1), None, Some(passphrase())).unwrap());
    let file = folder.path().join("identity.txt");
    let sealed = std::fs::read(&file).unwrap();
    let identity = age::decrypt(&age::scrypt::Identity::new(passphrase()), &sealed).unwrap();
    // As `age -p` makes it.
    let mut recipient = age::scrypt::Recipient::new(passphrase());
    recipient.set_work_factor(18);
    let by_age = age::encrypt(&recipient, &identity).unwrap();
    std::fs::write(&file, &by_age).unwrap();
    drop(Session::open(folder.path(), None, || Ok(passphrase())).unwrap());
    // More than is done: refused before anything is computed, so that the rest of the file does not matter.
    let end_of_stanza = by_age.windows(4).position(|window| window == b" 18\n").unwrap();
    for work in [21u8, 22, 63] {
        let mut file_of_more = by_age.clone();
        file_of_more[end_of_stanza + 1..end_of_stanza + 3].copy_from_slice(work.to_string().as_bytes());
        std::fs::write(&file, &file_of_more).unwrap();
        let refused = Session::open(folder.path(), None, || Ok(passphrase())).unwrap_err();
        assert!(matches!(refused, Trouble::TooMuchWork { work: asked, most: 20, .. } if asked == work), "{refused}");
    }
}

/// COIN-3, COIN-4 and COIN-5.
#[test]
fn the_seed_is_24_words_in_english_or_french_and_comes_back_from_them() {
    let seed = [0x5a; 32];
    for list in [words::WordList::En, words::WordList::Fr] {
        let text = words::write(&seed, list).unwrap();
        assert_eq!(text.split(' ').count(), 24);
        assert_eq!(*words::read(&text, list).unwrap(), seed);
        let (first, rest) = text.split_once(' ').unwrap();
        assert!(words::read(&format!("{rest} {first}"), list).is_err(), "the checksum is checked");
    }
    // The words of a seed of zeros, from BIP-39's own vectors.
    let zeros = format!("{}art", "abandon ".repeat(23));
    assert_eq!(*words::write(&[0; 32], words::WordList::En).unwrap(), zeros);
    assert_eq!(*words::read(&zeros, words::WordList::En).unwrap(), [0; 32]);
    assert!(words::read(&zeros.replace("art", "ar"), words::WordList::En).is_err(), "no word of the list");
    let twelve = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
    assert!(words::read(twelve, words::WordList::En).is_err());
}

#[test]
fn a_voucher_is_worth_its_points_at_any_till() {
    let (town, folder) = (Town::open(), tempfile::tempdir().unwrap());
    let mut wallet = new(&town, folder.path());
    wallet.claim(&town.grant_with(1, 5, None, 2)).unwrap();
    let paid = wallet.pay(&town.checkout(4, 2 * VOUCHER_VALUE, 1), None, &[VOUCHER, VOUCHER]).unwrap();
    assert_eq!((paid.points, paid.done.progress), (Points(0), Progress::Done));
    assert_eq!(wallet.spendable(), Points(5));
}
