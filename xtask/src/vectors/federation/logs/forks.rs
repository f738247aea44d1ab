//! Heads that came in other answers than those with the pages, and a log that extends them or does not.

use ronde_protocol::message::{head::Head, ids::WitnessIndex, log::LogEntry, wire::LogPage};
use ronde_vectors::file::Test;
use serde_json::{Value, json};

use super::{
    super::{
        coins::{points, redeem},
        world::{KEYSET, World, list, shown},
    },
    root,
};
use crate::vectors::case::{Case, case};

/// Two histories of witness 1, of eight votes each.
struct Peer<'w> {
    world: &'w World,
    shown: Vec<LogEntry>,
    told: Vec<LogEntry>,
}

/// A head after so many pages.
type Seen = (usize, Head);

/// What is expected: of each page, of each head, the size of the head from which the log has parted, and how many heads are
/// unchecked in the end. `+`: to read on, `!`: evidence, `-`: refused.
type Said<'a> = (&'a [&'a str], &'a str, Option<u64>, usize);

impl<'w> Peer<'w> {
    fn new(world: &'w World) -> Self {
        let vote = |number| LogEntry::Voted(redeem(world, 1, &[(number, points(2))], &[]));
        Self { world, shown: (1..=8).map(vote).collect(), told: (11..=18).map(vote).collect() }
    }

    fn head(&self, history: &[LogEntry], size: usize) -> Head {
        let leaves: Vec<[u8; 32]> = history[..size].iter().map(LogEntry::leaf).collect();
        let key = &self.world.keys(KEYSET, 1).vote;
        Head::sign(key, self.world.keyset(KEYSET), WitnessIndex(1), size as u64, root(&leaves))
    }

    /// Entries from a position to before another, under the head of a size.
    fn page(&self, history: &[LogEntry], (from, to): (usize, usize), size: usize) -> LogPage {
        LogPage { entries: list(history[from..to].iter().cloned()), head: self.head(history, size) }
    }

    fn case(
        &self,
        (slug, rule, comment): (&str, &'static str, &str),
        heads: &[Seen],
        pages: &[LogPage],
        again: &[LogPage],
    ) -> Case {
        let heads: Vec<Value> =
            heads.iter().map(|(after, head)| json!({"after": after, "head": shown(head)})).collect();
        let all = |pages: &[LogPage]| pages.iter().map(shown).collect::<Vec<_>>();
        let input = json!({
            "charters": self.world.shown(), "keyset": KEYSET.0, "peer": 1, "pages": all(pages), "heads": heads,
            "again": all(again),
        });
        case("log-read", slug, rule, comment, input)
    }

    /// Its log is read once more as it was read before.
    fn reads(
        &self,
        words: (&str, &'static str, &str),
        heads: &[Seen],
        pages: &[LogPage],
        said: Said<'_>,
    ) -> Result<Test, String> {
        let again = [self.page(&self.shown, (0, 5), 8), self.page(&self.shown, (5, 8), 8)];
        let parted = said.2.is_some();
        self.reads_again(words, heads, pages, (&again, parted), said)
    }

    fn reads_again(
        &self,
        words: (&str, &'static str, &str),
        heads: &[Seen],
        pages: &[LogPage],
        (again, proven): (&[LogPage], bool),
        (of_pages, of_heads, parted, unchecked): Said<'_>,
    ) -> Result<Test, String> {
        let case = self.case(words, heads, pages, again);
        let case = if parted.is_some() || of_heads.contains('!') { case.flag("fork") } else { case };
        let test = case.valid()?;
        let evidence = |name: &Value| if name.is_null() { "." } else { "!" };
        let page = |page: &Value| match page["error"].as_str() {
            Some(_) => "-".to_owned(),
            None => format!("{}{}", if page["more"] == json!(true) { "+" } else { "" }, evidence(&page["evidence"])),
        };
        let listed = |name: &str| test.expected[name].as_array().cloned().unwrap_or_default();
        let found: Vec<String> = listed("pages").iter().map(page).collect();
        let seen: String = listed("heads").iter().map(evidence).collect();
        let rest = (&test.expected["parted"], &test.expected["unchecked"], test.expected["proof"].is_null());
        if found == of_pages && seen == of_heads && rest == (&json!(parted), &json!(unchecked), !proven) {
            Ok(test)
        } else {
            Err(format!("{}: {found:?} {seen} {rest:?}", test.id))
        }
    }
}

/// One history told and read, or two.
pub fn tests(world: &World) -> Vec<Result<Test, String>> {
    let peer = Peer::new(world);
    [told_and_read(&peer), read_once_more(&peer)].into_iter().flatten().collect()
}

fn told_and_read(peer: &Peer<'_>) -> Vec<Result<Test, String>> {
    let (told, shown) = (&peer.told, &peer.shown);
    let (all, halves) = ([peer.page(shown, (0, 8), 8)], [peer.page(shown, (0, 4), 8), peer.page(shown, (4, 8), 8)]);
    let good = |after: usize, size: usize| (after, peer.head(shown, size));
    let bad = |after: usize, size: usize| (after, peer.head(told, size));
    let changed = [&shown[..5], &told[5..]].concat();
    let ahead = [peer.page(shown, (0, 4), 4)];
    // The told history up to its head, and then entries that lead nowhere.
    let turned = LogPage { head: peer.head(shown, 8), ..peer.page(told, (0, 6), 6) };
    let turned = [turned, peer.page(shown, (6, 8), 8), all[0].clone()];
    let several = [good(0, 3), (0, peer.head(&changed, 6)), good(0, 8), good(0, 5)];
    let of_one_size = [bad(0, 5), bad(0, 7), good(0, 5)];
    let read = |slug: &str, comment: &str, heads: &[Seen], pages: &[LogPage], said: Said<'_>| {
        peer.reads((slug, "LOG-22", comment), heads, pages, said)
    };
    vec![
        read("head-extended", "A head, and then a log that extends it.", &[good(0, 6)], &all, (&["."], ".", None, 0)),
        read(
            "heads-extended",
            "Before, between and after two pages.",
            &[good(0, 6), good(1, 3), good(2, 7)],
            &halves,
            (&["+.", "."], "...", None, 0),
        ),
        read(
            "head-not-extended",
            "A head of six, and then a log of eight that does not extend it.",
            &[bad(0, 6)],
            &all,
            (&["."], ".", Some(6), 1),
        ),
        read(
            "head-not-extended-on-the-way",
            "The same, and the log goes on behind it.",
            &[bad(0, 3)],
            &halves,
            (&["+.", "."], ".", Some(3), 1),
        ),
        read(
            "head-among-others",
            "Neither the lowest nor the highest of four heads.",
            &several,
            &all,
            (&["."], "....", Some(6), 1),
        ),
        read(
            "head-met-and-left",
            "The entries lead through the head, and then nowhere; those that are read in their place do not.",
            &[bad(0, 6)],
            &turned,
            (&["+.", "-", "."], ".", Some(6), 1),
        ),
        read("head-late", "What is under the head was read before.", &[bad(1, 6)], &all, (&["."], ".", Some(6), 1)),
        read("head-ahead", "The log was not read so far.", &[bad(0, 6)], &ahead, (&["."], ".", None, 1)),
        read("head-of-no-entries", "Every log extends it.", &[good(1, 0)], &all, (&["."], ".", None, 0)),
        peer.reads(
            ("heads-of-one-size", "LOG-17", "A higher one came between the two."),
            &of_one_size,
            &[],
            (&[], "..!", None, 2),
        ),
    ]
}

/// What reading the log once more proves (LOG-18).
fn read_once_more(peer: &Peer<'_>) -> Vec<Result<Test, String>> {
    let (told, shown) = (&peer.told, &peer.shown);
    let all = [peer.page(shown, (0, 8), 8)];
    let told_six = [(0, peer.head(told, 6))];
    let read = |slug: &str, comment: &str, again: &[LogPage], proven: bool| {
        let said: Said<'_> = (&["."], ".", Some(6), 1);
        peer.reads_again((slug, "LOG-18", comment), &told_six, &all, (again, proven), said)
    };
    let longer = [told.as_slice(), &shown[..1]].concat();
    let mixed = [&told[..6], &shown[6..]].concat();
    // Nobody signed the entries that led past the head.
    let made_up = [LogPage { head: peer.head(told, 8), ..peer.page(shown, (0, 7), 7) }];
    let several = [(0, peer.head(told, 6)), (0, peer.head(told, 3)), (1, peer.head(shown, 5))];
    vec![
        read(
            "read-again-as-told",
            "The told history, of a size of its own: not that of the head that was read.",
            &[peer.page(&longer, (0, 4), 9), peer.page(&longer, (4, 9), 9)],
            true,
        ),
        read(
            "read-again-at-one-size",
            "The two logs have one size: the heads need no subtrees.",
            &[peer.page(&mixed, (0, 8), 8)],
            true,
        ),
        read(
            "read-again-too-short",
            "The told history up to seven entries: too few to contradict the eight.",
            &[peer.page(told, (0, 7), 7)],
            false,
        ),
        read(
            "read-again-spoiled",
            "The entries do not lead to the head.",
            &[LogPage { head: peer.head(told, 8), ..peer.page(shown, (0, 8), 8) }],
            false,
        ),
        read(
            "read-again-not-to-the-end",
            "The second page has no entries.",
            &[peer.page(shown, (0, 5), 8), peer.page(shown, (5, 5), 8)],
            false,
        ),
        peer.reads_again(
            ("read-again-nothing-proven", "LOG-18", "The told history is the only one that was signed."),
            &told_six,
            &made_up,
            (&[peer.page(told, (0, 8), 8)], false),
            (&["+."], ".", Some(6), 2),
        ),
        peer.reads_again(
            ("read-again-by-the-shortest", "LOG-18", "Of the heads that it contradicts, the evidence is the shortest."),
            &several,
            &all,
            (&[peer.page(shown, (0, 8), 8)], true),
            (&["."], "...", Some(3), 2),
        ),
    ]
}
