//! Secrets, charters, dates and links as the command line and the node keep and show them.

use crate::cli_support;
use crate::federation_support;

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use cli_support::mode;
use federation_support::{NOW, Plan, body, sign_charter};
use proptest::prelude::*;
use ronde_node::charter_store::{Added, CharterStore, CharterStoreError};
use ronde_node::date::{Day, rfc3339};
use ronde_node::qr;
use ronde_node::secret_file::{self, SecretFileError};
use ronde_protocol::message::charter::{CharterBody, CharterError, SignedCharter};
use tempfile::tempdir;

// Secrets.

#[test]
fn a_secret_is_read_back_from_a_file_that_only_its_owner_sees() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("seed");
    secret_file::write_seed(&path, &[0xab; 32]).unwrap();
    assert_eq!(mode(&path), 0o600);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("{}\n", "ab".repeat(32)));
    assert_eq!(*secret_file::read_seed(&path).unwrap(), [0xab; 32]);
    assert!(matches!(secret_file::write_seed(&path, &[1; 32]), Err(SecretFileError::Exists { .. })));
    assert_eq!(*secret_file::read_seed(&path).unwrap(), [0xab; 32]);
}

/// OPS-1
#[test]
fn a_secret_that_others_can_reach_is_refused() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("seed");
    secret_file::write_seed(&path, &[1; 32]).unwrap();
    for wider in [0o640, 0o604, 0o620, 0o602, 0o610, 0o644, 0o777] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(wider)).unwrap();
        let error = secret_file::read(&path).unwrap_err();
        assert!(matches!(error, SecretFileError::TooWide { mode, .. } if mode == wider), "{error}");
        assert!(error.fix().contains("chmod 600"));
    }
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o400)).unwrap();
    assert!(secret_file::read(&path).is_ok(), "narrower is fine");
}

#[test]
fn a_seed_is_exactly_64_digits() {
    let folder = tempdir().unwrap();
    for (number, text) in ["", "00", &"g".repeat(64), &"0".repeat(63), &"0".repeat(66)].iter().enumerate() {
        let path = folder.path().join(number.to_string());
        secret_file::write_new(&path, text.as_bytes()).unwrap();
        assert!(matches!(secret_file::read_seed(&path), Err(SecretFileError::NotASeed { .. })), "{text}");
    }
    assert!(matches!(secret_file::read_seed(&folder.path().join("none")), Err(SecretFileError::File { .. })));
}

// Charters.

fn first() -> SignedCharter {
    sign_charter(body(&Plan::of(4)), &[1, 2])
}

fn next(store: &CharterStore, change: impl FnOnce(&mut CharterBody)) -> SignedCharter {
    let charter = store.charter();
    let mut body = CharterBody {
        genesis: None,
        version: charter.version() + 1,
        previous: charter.hash(),
        ..charter.body().clone()
    };
    change(&mut body);
    sign_charter(body, &[1, 2])
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn charters_are_found_again_in_their_order() {
    let folder = tempdir().unwrap();
    let mut store = CharterStore::create(folder.path(), first()).unwrap();
    for _ in 0..11 {
        assert_eq!(store.add(next(&store, |_| {})).unwrap(), Added::New);
    }
    assert_eq!(names(folder.path()).len(), 12);
    assert_eq!(names(folder.path())[11], "000012.charter");
    let again = CharterStore::load(folder.path()).unwrap();
    assert_eq!(again.charter().hash(), store.charter().hash());
    assert_eq!(again.versions(), store.versions());
    assert_eq!(again.versions().len(), 12);
}

#[test]
fn what_is_held_is_known_and_what_can_not_follow_is_refused() {
    let folder = tempdir().unwrap();
    let mut store = CharterStore::create(folder.path(), first()).unwrap();
    let two = next(&store, |_| {});
    store.add(two.clone()).unwrap();
    assert_eq!(store.add(first()).unwrap(), Added::Known);
    assert_eq!(store.add(two).unwrap(), Added::Known);
    let gap = next(&store, |body| body.version = 4);
    let refused = store.add(gap).unwrap_err();
    assert!(
        matches!(refused, CharterStoreError::Charter(CharterError::Version { found: 4, expected: 3 })),
        "{refused}"
    );
    let unsigned = SignedCharter { signatures: Default::default(), ..next(&store, |_| {}) };
    assert!(matches!(store.add(unsigned), Err(CharterStoreError::Charter(CharterError::Threshold { .. }))));
    assert_eq!(names(folder.path()), ["000001.charter", "000002.charter"], "nothing refused is written");
    assert!(matches!(CharterStore::create(folder.path(), first()), Err(CharterStoreError::NotEmpty { .. })));
}

#[test]
fn a_fork_survives_a_restart_and_either_twin_may_stand() {
    for second_stands in [false, true] {
        let folder = tempdir().unwrap();
        let mut store = CharterStore::create(folder.path(), first()).unwrap();
        let (a, b) = (next(&store, |body| body.expires += 1), next(&store, |body| body.expires += 2));
        store.add(a.clone()).unwrap();
        assert_eq!(store.add(b.clone()).unwrap(), Added::Fork);
        assert_eq!(store.add(b.clone()).unwrap(), Added::Known);
        assert!(!store.charter().allows_issuing(NOW));

        let mut store = CharterStore::load(folder.path()).unwrap();
        assert!(!store.charter().allows_issuing(NOW), "it is remembered");
        assert_eq!((store.charter().hash(), store.twins()), (a.body.hash(), &[b.clone()][..]));
        let stands = if second_stands { b.body.hash() } else { a.body.hash() };
        let base = store.named(stands).unwrap();
        let settled = CharterBody {
            genesis: None,
            version: 3,
            previous: stands,
            settles_fork: Some(stands),
            ..base.body().clone()
        };
        assert_eq!(store.add(sign_charter(settled, &[2, 3])).unwrap(), Added::New);
        assert!(store.charter().allows_issuing(NOW));
        assert!(store.twins().is_empty());

        let again = CharterStore::load(folder.path()).unwrap();
        assert!(again.charter().allows_issuing(NOW));
        assert_eq!(again.versions(), store.versions());
        assert_eq!(again.versions()[1].body.hash(), stands);
        assert_eq!(names(folder.path()).len(), 4, "both twins are kept as evidence");
    }
}

#[test]
fn a_fork_of_version_1_is_kept_and_settled_too() {
    let folder = tempdir().unwrap();
    let mut store = CharterStore::create(folder.path(), first()).unwrap();
    let mut other = body(&Plan::of(4));
    other.expires += 1;
    assert_eq!(store.add(sign_charter(other, &[2, 3])).unwrap(), Added::Fork);
    let mut store = CharterStore::load(folder.path()).unwrap();
    assert!(!store.charter().allows_issuing(NOW));
    let settled = next(&store, |body| body.settles_fork = Some(body.previous));
    store.add(settled).unwrap();
    assert!(CharterStore::load(folder.path()).unwrap().charter().allows_issuing(NOW));
}

#[test]
fn a_folder_is_read_again_when_something_came_into_it_and_only_then() {
    let folder = tempdir().unwrap();
    let mut installing = CharterStore::create(folder.path(), first()).unwrap();
    let mut running = CharterStore::load(folder.path()).unwrap();
    assert!(!running.read_again().unwrap());
    let (a, b) = (next(&installing, |body| body.expires += 1), next(&installing, |body| body.expires += 2));
    installing.add(a).unwrap();
    installing.add(b).unwrap();
    assert!(running.read_again().unwrap());
    assert!(!running.charter().allows_issuing(NOW));
    let settled = next(&installing, |body| body.settles_fork = Some(body.previous));
    installing.add(settled).unwrap();
    assert!(running.read_again().unwrap());
    assert_eq!((running.charter().hash(), running.twins()), (installing.charter().hash(), &[][..]));

    // The twin stays in the folder, and nothing else has come: whatever can't be read is not read.
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("000001.charter"), b"rubbish").unwrap();
    assert!(!running.read_again().unwrap());
    std::fs::write(path("000004.charter"), b"rubbish").unwrap();
    assert!(matches!(running.read_again(), Err(CharterStoreError::Encoding { .. })));
    assert_eq!(running.charter().version(), 3, "what is held stays");
}

#[test]
fn damage_gaps_and_wrong_names_are_told_apart() {
    let folder = tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    assert!(matches!(CharterStore::load(folder.path()), Err(CharterStoreError::Empty { .. })));
    let mut store = CharterStore::create(folder.path(), first()).unwrap();
    store.add(next(&store, |_| {})).unwrap();
    store.add(next(&store, |_| {})).unwrap();

    // What a crash leaves behind, and what others put there, does not matter.
    std::fs::write(path(".000004.charter.part"), b"half").unwrap();
    std::fs::write(path("README"), b"").unwrap();
    assert_eq!(CharterStore::load(folder.path()).unwrap().charter().version(), 3);

    std::fs::rename(path("000002.charter"), path("kept")).unwrap();
    assert!(matches!(CharterStore::load(folder.path()), Err(CharterStoreError::Gap { .. })));
    std::fs::copy(path("kept"), path("000007.charter")).unwrap();
    assert!(matches!(CharterStore::load(folder.path()), Err(CharterStoreError::Name { .. })));
    std::fs::remove_file(path("000007.charter")).unwrap();
    let whole = std::fs::read(path("kept")).unwrap();
    std::fs::write(path("000002.charter"), &whole[..whole.len() - 1]).unwrap();
    assert!(matches!(CharterStore::load(folder.path()), Err(CharterStoreError::Encoding { .. })));
    let mut forged = whole.clone();
    let last = forged.len() - 1;
    forged[last] ^= 1;
    std::fs::write(path("000002.charter"), forged).unwrap();
    assert!(matches!(
        CharterStore::load(folder.path()),
        Err(CharterStoreError::Refused { source: CharterError::Signature, .. })
    ));
    std::fs::write(path("000002.charter"), whole).unwrap();
    assert_eq!(CharterStore::load(folder.path()).unwrap().charter().version(), 3);
}

// Dates.

#[test]
fn dates_are_those_of_the_calendar() {
    let known = [
        (0, "1970-01-01T00:00:00Z"),
        (951_782_400, "2000-02-29T00:00:00Z"),
        (951_868_799, "2000-02-29T23:59:59Z"),
        (1_767_225_600, "2026-01-01T00:00:00Z"),
        (4_107_542_400, "2100-03-01T00:00:00Z"),
    ];
    for (seconds, text) in known {
        assert_eq!(rfc3339(seconds), text);
    }
    let day = |year, month, day| Day { year, month, day }.start();
    assert_eq!(day(2000, 2, 29), Some(951_782_400));
    for (year, month, of_month) in
        [(1969, 12, 31), (2026, 0, 1), (2026, 13, 1), (2026, 1, 0), (2026, 2, 29), (2100, 2, 29)]
    {
        assert_eq!(day(year, month, of_month), None, "{year}-{month}-{of_month}");
    }
}

proptest! {
    #[test]
    fn every_second_lies_on_one_day(seconds in 0_u64..253_402_300_800) {
        let day = Day::of(seconds);
        let start = day.start().unwrap();
        prop_assert!(start <= seconds && seconds < start + 86_400);
    }
}

// Links.

#[test]
fn a_link_becomes_a_square_of_half_blocks_with_a_quiet_zone() {
    let link = "https://bakery.example/g/0123456789abcdef0123456789abcdef#AAECAwQFBgcICQoLDA0ODw";
    let text = qr::terminal(link).unwrap();
    let plain: Vec<String> =
        text.lines().map(|line| line.replace("\u{1b}[30;107m", "").replace("\u{1b}[0m", "")).collect();
    let side = plain[0].chars().count();
    assert_eq!(plain.len(), side.div_ceil(2));
    assert!(plain.iter().all(|line| line.chars().count() == side));
    assert!(plain.iter().take(2).all(|line| line.chars().all(|block| block == ' ')), "four rows are light");
    assert!(plain.iter().all(|line| line.starts_with("    ") && line.ends_with("    ")), "four columns are light");
    // The finder pattern's upper left corner: seven dark modules over one, five light and one.
    assert!(plain[2].starts_with("    █▀▀▀▀▀█"), "{}", plain[2]);
    assert!(qr::terminal(&"x".repeat(5000)).is_err());
}
