//! A peer's log, read page by page.

use ronde_protocol::{
    crypto::merkle,
    message::{head::Head, ids::WitnessIndex, log::LogEntry, wire::LogPage},
};
use ronde_vectors::file::Test;
use serde_json::{Value, json};

use super::{
    super::{
        coins::{points, redeem},
        world::{KEYSET, World, list, shown},
    },
    certified, root,
};
use crate::vectors::{
    case::{Case, case},
    draw,
};

/// Witness 1's log of a vote and two certified orders, and heads over it.
struct Peer {
    entries: [LogEntry; 3],
    /// Over all three.
    whole: Head,
    /// Over the first two.
    begun: Head,
    /// Over nothing.
    empty: Head,
    /// Over three entries of another log.
    other: Head,
    /// Witness 2's over these three.
    of_another: Head,
}

impl Peer {
    fn new(world: &World) -> Self {
        let voted = LogEntry::Voted(redeem(world, 1, &[(9, points(2))], &[]));
        let entries = [voted, certified(world, 1), certified(world, 2)];
        let leaves: Vec<[u8; 32]> = entries.iter().map(LogEntry::leaf).collect();
        let sign = |index: u8, size, root| {
            Head::sign(&world.keys(KEYSET, index).vote, world.keyset(KEYSET), WitnessIndex(index), size, root)
        };
        Self {
            whole: sign(1, 3, root(&leaves)),
            begun: sign(1, 2, root(&leaves[..2])),
            empty: sign(1, 0, merkle::empty_root()),
            other: sign(1, 3, draw::bytes("another root")),
            of_another: sign(2, 3, root(&leaves)),
            entries,
        }
    }

    /// Entries from a position to before another, under a head.
    fn page(&self, from: usize, to: usize, head: Head) -> LogPage {
        LogPage { entries: list(self.entries[from..to].iter().cloned()), head }
    }
}

fn of(world: &World, slug: &str, rule: &'static str, comment: &str, pages: &[LogPage]) -> Case {
    let pages: Vec<Value> = pages.iter().map(shown).collect();
    let input = json!({"charters": world.shown(), "keyset": KEYSET.0, "peer": 1, "pages": pages});
    case("log-read", slug, rule, comment, input)
}

/// What became of the pages: how many certified orders, with `+` if the log goes on and `!` if there is evidence, or an
/// error; then how many entries were read and the highest size seen.
fn reads(case: Case, pages: &[&str], position: u64, highest: Option<u64>) -> Result<Test, String> {
    let test = case.valid()?;
    let told = |page: &Value| match page["error"].as_str() {
        Some(error) => error.to_owned(),
        None => {
            let more = if page["more"] == json!(true) { "+" } else { "" };
            let evidence = if page["evidence"].is_null() { "" } else { "!" };
            format!("{}{more}{evidence}", page["certified"].as_array().map_or(0, Vec::len))
        }
    };
    let found: Vec<String> = test.expected["pages"].as_array().into_iter().flatten().map(told).collect();
    let rest = (&test.expected["position"], &test.expected["highest"]);
    if found == pages && rest == (&json!(position), &json!(highest)) {
        Ok(test)
    } else {
        Err(format!("{}: {found:?} {rest:?}", test.id))
    }
}

/// Pages that are taken, and such that are not.
pub fn tests(world: &World) -> Vec<Result<Test, String>> {
    let mut tests = taken(world);
    tests.extend(refused(world));
    tests
}

fn taken(world: &World) -> Vec<Result<Test, String>> {
    let peer = Peer::new(world);
    let all = peer.page(0, 3, peer.whole);
    let nothing_new = [all.clone(), peer.page(3, 3, peer.whole)];
    let two = [peer.page(0, 2, peer.whole), peer.page(2, 3, peer.whole)];
    let grown = [peer.page(0, 2, peer.begun), peer.page(2, 3, peer.whole)];
    let empty = [peer.page(0, 0, peer.empty)];
    let of = |slug, comment, pages: &[LogPage]| of(world, slug, "LOG-14", comment, pages);
    vec![
        reads(of("one-page", "A vote and two certified orders: the orders are told.", &[all]), &["2"], 3, Some(3)),
        reads(of("two-pages", "The log goes on after the first page.", &two), &["1+", "1"], 3, Some(3)),
        reads(of("grown-meanwhile", "The head of the second page is higher.", &grown), &["1", "1"], 3, Some(3)),
        reads(of("empty-log", "A peer that has written nothing.", &empty).flag("boundary"), &["0"], 0, Some(0)),
        reads(of("nothing-new", "Read to its end, and asked again.", &nothing_new), &["2", "0"], 3, Some(3)),
    ]
}

fn refused(world: &World) -> Vec<Result<Test, String>> {
    let peer = Peer::new(world);
    let all = peer.page(0, 3, peer.whole);
    let unsigned = [peer.page(0, 3, Head { size: 4, ..peer.whole })];
    let long = [peer.page(0, 3, peer.begun)];
    let forgotten = [long[0].clone(), peer.page(0, 0, peer.empty)];
    let none = [peer.page(0, 0, peer.whole)];
    let refused = [none[0].clone(), peer.page(0, 3, peer.other)];
    let bare = [peer.page(0, 2, peer.whole), peer.page(2, 2, peer.other)];
    let wrong = [peer.page(0, 3, peer.other), all.clone()];
    let begun_wrong = [peer.page(0, 2, peer.whole), peer.page(0, 1, peer.whole), all.clone()];
    let forked = [all, peer.page(3, 3, peer.other)];
    let on_the_way = [peer.page(0, 1, peer.whole), peer.page(1, 2, peer.other)];
    let another = [peer.page(0, 3, peer.of_another)];
    let of = |slug, rule, comment, pages: &[LogPage]| of(world, slug, rule, comment, pages);
    let lying = |slug, comment, pages: &[LogPage]| of(slug, "LOG-13", comment, pages).flag("lying-length");
    let again = "Which page was false is not known: it is read again from the beginning.";
    let fork = |slug, comment, pages: &[LogPage]| of(slug, "LOG-17", comment, pages).flag("fork");
    vec![
        reads(of("head-of-another", "LOG-13", "A page of witness 2's log.", &another), &["head"], 0, None),
        reads(of("head-not-signed", "LOG-13", "A size that nobody signed.", &unsigned), &["head"], 0, None),
        reads(lying("too-many-entries", "Three entries under a head of two.", &long), &["length"], 0, Some(2)),
        reads(lying("no-entries", "None, though the head has three.", &none), &["length"], 0, Some(3)),
        reads(
            lying("head-kept", "The head of a refused page is kept: it is signed.", &forgotten),
            &["length", "0"],
            0,
            Some(2),
        ),
        reads(
            fork("fork-by-a-refused-page", "Nothing under a head of three, and then another root for three.", &refused),
            &["length", "0!"],
            0,
            Some(3),
        ),
        reads(
            fork("fork-in-a-refused-page", "A second root for three, and no entries: evidence all the same.", &bare),
            &["1+", "0!"],
            2,
            Some(3),
        ),
        reads(
            of(
                "other-root",
                "LOG-13",
                "The entries do not lead to the head; those of the next page do, and the two heads are evidence.",
                &wrong,
            ),
            &["root", "2!"],
            3,
            Some(3),
        ),
        reads(of("other-root-later", "LOG-13", again, &begun_wrong), &["1+", "root", "2"], 3, Some(3)),
        reads(fork("fork", "A second root for three entries: evidence.", &forked), &["2", "0!"], 0, Some(3)),
        reads(fork("fork-on-the-way", "The same, and the log goes on.", &on_the_way), &["0+", "1+!"], 2, Some(3)),
    ]
}
