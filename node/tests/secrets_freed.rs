//! What a node and a wallet give back to the allocator holds no secret: every block is looked at when it is freed.
//!
//! One test, since the allocator sees the whole process.

#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;
#[path = "../../protocol/tests/freed/mod.rs"]
mod freed;
mod wallet_support;

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use federation_support::CAMPAIGN;
use freed::{found, free_plain, look_for, watch};
use ronde_node::secret_file;
use ronde_node::shop::Token;
use ronde_node::wallet::Trouble;
use ronde_node::wallet::session::Session;
use ronde_node::wallet::words::{self, WordList};
use ronde_protocol::crypto::Seed;
use ronde_protocol::crypto::coin::{derive_blind, derive_coin_secret};
use wallet_support::Town;
use zeroizing_alloc::ZeroAlloc;

/// That of `ronde`, above one that looks at what it gives back.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<freed::Scanning> = ZeroAlloc(freed::Scanning);

/// A seed that occurs nowhere by chance.
fn seed() -> [u8; 32] {
    let mut seed = [0; 32];
    (0_u8..).zip(&mut seed).for_each(|(at, byte)| *byte = at.wrapping_mul(37) ^ 0xb5);
    seed
}

fn write(path: &Path, text: &str) {
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

/// OPS-3, and what `zeroize` is for.
#[test]
fn memory_that_is_given_back_holds_no_secret() {
    let (town, folder) = (Town::open(), tempfile::tempdir().unwrap());
    let federation = town.federation.id();
    let words = words::write(&seed(), WordList::En).unwrap();
    let words_file = folder.path().join("words.txt");
    write(&words_file, &words);
    let seed_file = folder.path().join("node.seed");
    look_for("wallet's seed", &seed());
    look_for("wallet's seed as hex", hex::encode(seed()).as_bytes());
    look_for("wallet's words", &words.as_bytes()[..32]);
    let own = Seed::new(seed()).for_federation(&federation.0);
    look_for("wallet's seed for the federation", &*own.expose_bytes());
    for (order, slot) in (0..3).flat_map(|order| (0..4).map(move |slot| (order, slot))) {
        look_for("coin", &*derive_coin_secret(&own, 1, 0, order, slot).expose_bytes());
        look_for("blind", &*derive_blind(&own, 1, 0, order, slot).expose_bytes());
    }

    watch(true);
    free_plain(&seed());
    watch(false);
    assert_eq!(found(), ["wallet's seed"], "control: a plain copy is seen when it is freed");

    watch(true);
    // A node's seed file, written and read.
    secret_file::write_seed(&seed_file, &seed()).unwrap();
    drop(secret_file::read_seed(&seed_file).unwrap());
    // Words, written and read.
    drop(words::write(&seed(), WordList::En).unwrap());
    let read = words::read_file(&words_file, WordList::En).unwrap();
    // A wallet: made, used, closed and opened.
    let path = folder.path().join("wallet");
    let mut wallet = Session::create_from(Seed::new(*read), 0, &path, town.base(1), Some(&federation), None).unwrap();
    wallet.claim(&town.grant_with(1, 25, Some(CAMPAIGN), 1)).unwrap();
    wallet.pay(&town.checkout(3, 12, 1), None, &[]).unwrap();
    drop(wallet);
    drop(Session::open(&path, None, || Err(Trouble::PassphraseNeeded)).unwrap());
    drop(Token::fresh().unwrap());
    watch(false);
    println!("{} blocks were looked at", freed::freed());
    assert_eq!(found(), Vec::<&str>::new());
}
