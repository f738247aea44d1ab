//! A witness that signs heads of two histories is found out by whoever follows its log, at whatever sizes it signs them.

use crate::federation_support;
use crate::witness_support;

use federation_support::{Federation, KEYSET, federation, list};
use ronde_protocol::{
    crypto::merkle,
    limits::{MAX_UNCHECKED_HEADS, RECENT_LEAVES},
    machine::witness::{
        inquiry::Found,
        peers::{Followed, PageError},
    },
    message::{
        charter::Keyset,
        codec::{decode, encode},
        evidence::Evidence,
        head::Head,
        ids::WitnessIndex,
        log::LogEntry,
        wire::LogPage,
    },
};
use witness_support::{points, redeem};

const PEER: WitnessIndex = WitnessIndex(1);

/// Histories of one witness.
struct Peer {
    federation: Federation,
}

impl Peer {
    fn new() -> Self {
        Self { federation: federation(4) }
    }

    fn keyset(&self) -> &Keyset {
        self.federation.charter.keyset(KEYSET).unwrap()
    }

    /// So many votes, for coins from this number on.
    fn history(&self, count: usize, from: u64) -> Vec<LogEntry> {
        let vote = |number| LogEntry::Voted(redeem(&self.federation, 1, &[(number, points(8))], &[]));
        (from..).take(count).map(vote).collect()
    }

    /// The head over the first entries of a history.
    fn head(&self, history: &[LogEntry], size: usize) -> Head {
        let leaves: Vec<[u8; 32]> = history[..size].iter().map(LogEntry::leaf).collect();
        let key = self.federation.witness(KEYSET, PEER).vote;
        Head::sign(&key, self.keyset(), PEER, size as u64, merkle::root_of(&leaves))
    }

    /// One more head of a history, in an answer to a vote.
    fn tell(&self, followed: &mut Followed, history: &[LogEntry], size: usize) -> Option<Box<Evidence>> {
        followed.handle_head(self.keyset(), self.head(history, size), 0).unwrap()
    }

    fn page(&self, history: &[LogEntry], from: u64, count: usize) -> LogPage {
        let entries = history.iter().skip(usize::try_from(from).unwrap()).take(count).cloned();
        LogPage { entries: list(entries), head: self.head(history, history.len()) }
    }

    /// Reads a history to its end, so many entries at once; says how often it was begun from position 0.
    fn read(&self, followed: &mut Followed, history: &[LogEntry], at_once: usize) -> usize {
        let mut begun = 0;
        loop {
            let from = followed.position();
            begun += usize::from(from == 0);
            let page = self.page(history, from, at_once);
            if !followed.handle_page(self.keyset(), PEER, page, 0).unwrap().more {
                return begun;
            }
        }
    }

    /// The log is read once more, for the proof (LOG-18).
    fn prove(&self, followed: &mut Followed, history: &[LogEntry]) -> Option<Box<Evidence>> {
        let proof = match self.inquire(followed, history, 5).unwrap() {
            Found::Fork(evidence) => Some(evidence),
            _ => None,
        };
        followed.settle(proof.is_some(), 0);
        proof
    }

    /// What that leads to.
    fn inquire(&self, followed: &Followed, history: &[LogEntry], at_once: usize) -> Result<Found, PageError> {
        let mut inquiry = followed.inquiry().expect("the log has parted from a head");
        loop {
            match inquiry.handle_page(self.keyset(), PEER, self.page(history, inquiry.position(), at_once)) {
                Ok(Found::More) => {}
                end => return end,
            }
        }
    }

    fn assert_convicted(&self, proof: Option<Box<Evidence>>) {
        let proof = proof.expect("two heads that do not extend one another");
        assert_eq!(proof.verify(&self.federation.charter).unwrap().culprit, PEER);
    }
}

/// LOG-22, LOG-18: the head of one history in an answer, then the longer log of another.
#[test]
fn a_head_in_an_answer_convicts_a_witness_whose_longer_log_does_not_extend_it() {
    let peer = Peer::new();
    let (told, shown) = (peer.history(10, 1), peer.history(12, 100));
    for at_once in [1, 5, 10, 12] {
        let mut followed = Followed::default();
        assert!(peer.tell(&mut followed, &told, 10).is_none());
        peer.read(&mut followed, &shown, at_once);
        assert_eq!(followed.parted(), Some(&peer.head(&told, 10)), "{at_once} at once");
        peer.assert_convicted(peer.prove(&mut followed, &shown));
        assert!(followed.parted().is_none() && followed.unchecked().is_empty());
    }
}

/// LOG-22: neither the lowest nor the highest head tells.
#[test]
fn a_head_among_others_that_the_log_extends_convicts_as_well() {
    let peer = Peer::new();
    let shown = peer.history(12, 1);
    let told = [&shown[..10], &peer.history(1, 100)].concat();
    let mut followed = Followed::default();
    for size in [8, 10, 12] {
        peer.tell(&mut followed, &shown, size);
    }
    peer.tell(&mut followed, &told, 11);
    peer.tell(&mut followed, &shown, 9);
    peer.read(&mut followed, &shown, 4);
    assert_eq!(followed.parted(), Some(&peer.head(&told, 11)));
    peer.assert_convicted(peer.prove(&mut followed, &shown));
}

/// LOG-22: a log that leads through a head, and then nowhere, is read again; it must lead through it again.
#[test]
fn a_head_that_was_met_on_the_way_is_kept_until_the_log_leads_to_a_head() {
    let peer = Peer::new();
    let (told, shown) = (peer.history(10, 1), peer.history(12, 100));
    let mut followed = Followed::default();
    peer.tell(&mut followed, &told, 10);
    let begun = LogPage { head: peer.head(&shown, 12), ..peer.page(&told, 0, 10) };
    assert!(followed.handle_page(peer.keyset(), PEER, begun, 0).unwrap().more);
    let end = peer.page(&shown, 10, 2);
    assert_eq!(followed.handle_page(peer.keyset(), PEER, end, 0).unwrap_err(), PageError::Root);
    peer.read(&mut followed, &shown, 5);
    assert_eq!(followed.parted(), Some(&peer.head(&told, 10)));
    peer.assert_convicted(peer.prove(&mut followed, &shown));
}

/// LOG-22, LOG-18: the entries under the head have been read already.
#[test]
fn a_head_that_comes_late_is_compared_with_what_was_read() {
    let peer = Peer::new();
    let (told, shown) = (peer.history(10, 1), peer.history(12, 100));
    let mut followed = Followed::default();
    peer.read(&mut followed, &shown, 64);
    for size in 0..=12 {
        assert!(peer.tell(&mut followed, &shown, size).is_none());
    }
    assert!(followed.unchecked().is_empty() && followed.parted().is_none());
    peer.tell(&mut followed, &told, 7);
    assert_eq!(followed.parted(), Some(&peer.head(&told, 7)));
    peer.assert_convicted(peer.prove(&mut followed, &shown));
}

/// LOG-25: what was read is not remembered leaf by leaf for ever.
#[test]
fn heads_that_come_too_late_have_the_log_read_again_when_it_has_doubled_and_not_before() {
    let peer = Peer::new();
    let (told, shown) = (peer.history(10, 1), peer.history(24, 100));
    let restarted = |followed: &Followed| decode::<Followed>(&encode(followed), 1 << 20).unwrap();
    let mut followed = Followed::default();
    assert_eq!(peer.read(&mut followed, &shown[..11], 64), 1);
    followed = restarted(&followed);
    peer.tell(&mut followed, &shown, 5);
    assert_eq!(peer.read(&mut followed, &shown[..12], 64), 1, "once more, from the beginning");
    assert!(followed.unchecked().is_empty() && followed.parted().is_none());
    followed = restarted(&followed);
    peer.tell(&mut followed, &told, 7);
    followed = restarted(&followed);
    assert_eq!(peer.read(&mut followed, &shown[..23], 64), 0);
    assert_eq!((followed.parted(), followed.unchecked().len()), (None, 1));
    assert_eq!(peer.read(&mut followed, &shown, 64), 1);
    assert_eq!(followed.parted(), Some(&peer.head(&told, 7)));
    peer.assert_convicted(peer.prove(&mut followed, &shown));
}

/// A long log: the last entries are remembered, those before are read again.
#[test]
fn a_late_head_of_the_last_entries_needs_no_reading_again() {
    let peer = Peer::new();
    let one = peer.history(1, 1).remove(0);
    let shown = vec![one; 2 * RECENT_LEAVES + 100];
    let mut followed = Followed::default();
    assert_eq!(peer.read(&mut followed, &shown, 64), 1);
    for size in [shown.len() - RECENT_LEAVES, shown.len() - 1] {
        peer.tell(&mut followed, &shown, size);
        assert!(followed.unchecked().is_empty(), "{size}");
    }
    peer.tell(&mut followed, &shown, 1);
    assert_eq!(followed.unchecked().len(), 1);
    assert_eq!(peer.read(&mut followed, &shown, 64), 1, "now from the beginning");
    assert!(followed.unchecked().is_empty() && followed.parted().is_none());
}

/// LOG-23.
#[test]
fn which_heads_are_dropped_when_there_are_too_many_is_not_up_to_the_witness_that_signs_them() {
    let peer = Peer::new();
    let shown = peer.history(80, 1);
    let told = [&shown[..40], &peer.history(1, 100)].concat();
    // Wherever it stands among them, a small number keeps it, and the largest drops it.
    for place in [0, 31, 32, 33, 70] {
        for (chance, kept) in [(5, true), (u64::MAX, false)] {
            let mut followed = Followed::default();
            let mut others = (1..=72).filter(|size| *size != 41);
            for turn in 0..72 {
                let (head, chance) = match others.next() {
                    Some(_) if turn == place => (peer.head(&told, 41), chance),
                    Some(size) => (peer.head(&shown, size), 10 + (size as u64 * 37) % 72),
                    None => break,
                };
                followed.handle_head(peer.keyset(), head, chance).unwrap();
            }
            assert_eq!(followed.unchecked().len(), MAX_UNCHECKED_HEADS);
            peer.read(&mut followed, &shown, 64);
            assert_eq!(followed.parted().is_some(), kept, "at {place}, by {chance}");
        }
    }
}

/// LOG-17, LOG-22: a page is read on a copy, and heads come meanwhile.
#[test]
fn heads_that_came_while_a_page_was_read_are_joined_and_what_they_prove_is_told() {
    let peer = Peer::new();
    let (told, shown) = (peer.history(12, 1), peer.history(12, 100));
    let id = peer.keyset().id();
    for (size, at_once) in [(12, true), (10, false)] {
        let mut kept = Followed::default();
        let mut read = kept.clone();
        peer.tell(&mut kept, &told, size);
        peer.read(&mut read, &shown, 64);
        let fork = read.join(id, &[], &kept);
        if at_once {
            peer.assert_convicted(fork);
        } else {
            assert!(fork.is_none());
            peer.assert_convicted(peer.prove(&mut read, &shown));
        }
    }
    let mut kept = Followed::default();
    let mut read = kept.clone();
    for size in [3, 12] {
        peer.tell(&mut kept, &shown, size);
    }
    peer.read(&mut read, &shown[..8], 64);
    assert!(read.join(id, &[], &kept).is_none());
    assert_eq!((read.unchecked().len(), read.highest()), (1, Some(&peer.head(&shown, 12))));
    peer.read(&mut read, &shown, 64);
    assert!(read.unchecked().is_empty() && read.parted().is_none());
}

/// LOG-22: what a page has checked does not come back with the copy that did not read it, however long ago that was.
#[test]
fn heads_that_the_pages_have_checked_are_not_joined_again() {
    let peer = Peer::new();
    let one = peer.history(1, 1).remove(0);
    let shown = vec![one; 4 * RECENT_LEAVES];
    let mut kept = Followed::default();
    for size in [5, 50, 500, shown.len()] {
        peer.tell(&mut kept, &shown, size);
    }
    let mut begun = 0;
    loop {
        let (mut followed, before) = (kept.clone(), kept.unchecked().to_vec());
        begun += usize::from(followed.position() == 0);
        let page = peer.page(&shown, followed.position(), 64);
        let more = followed.handle_page(peer.keyset(), PEER, page, 0).unwrap().more;
        // One comes meanwhile.
        if followed.position() == 64 {
            peer.tell(&mut kept, &shown, 100);
        }
        assert!(followed.join(peer.keyset().id(), &before, &kept).is_none());
        kept = followed;
        if !more {
            break;
        }
    }
    assert_eq!((begun, kept.unchecked(), kept.parted()), (1, &[][..], None));
}

/// LOG-17: neither of the two is the highest.
#[test]
fn two_heads_of_one_size_convict_although_a_higher_one_came_between() {
    let peer = Peer::new();
    let (one, other) = (peer.history(9, 1), peer.history(9, 100));
    let mut followed = Followed::default();
    assert!(peer.tell(&mut followed, &one, 7).is_none());
    assert!(peer.tell(&mut followed, &one, 9).is_none());
    peer.assert_convicted(peer.tell(&mut followed, &other, 7));
}

/// LOG-22, LOG-18: the entries that led past the head were made up; the log extends it, until another is shown.
#[test]
fn a_head_from_which_the_log_parted_stays_unchecked_if_it_is_not_proven() {
    let peer = Peer::new();
    let (told, shown) = (peer.history(12, 1), peer.history(12, 100));
    let mut followed = Followed::default();
    peer.tell(&mut followed, &told, 10);
    let spoiled = LogPage { head: peer.head(&told, 12), ..peer.page(&shown, 0, 11) };
    assert!(followed.handle_page(peer.keyset(), PEER, spoiled, 0).unwrap().more);
    assert_eq!(followed.parted(), Some(&peer.head(&told, 10)));
    assert!(peer.prove(&mut followed, &told).is_none());
    assert!(followed.parted().is_none());
    assert!(followed.unchecked().iter().any(|unchecked| unchecked.head() == &peer.head(&told, 10)));
    let end = LogPage { head: peer.head(&told, 12), ..peer.page(&told, 11, 1) };
    assert_eq!(followed.handle_page(peer.keyset(), PEER, end, 0).unwrap_err(), PageError::Root);
    let longer = [&shown[..], &peer.history(20, 200)].concat();
    peer.read(&mut followed, &longer, 64);
    peer.assert_convicted(peer.prove(&mut followed, &longer));
}

/// LOG-18: it shows the history of the first head to whoever reads the log once more, at sizes of which no two are one.
#[test]
fn a_witness_that_shows_its_two_logs_by_turns_is_convicted_by_the_first_that_is_long_enough() {
    let peer = Peer::new();
    let (told, shown) = (peer.history(31, 1), peer.history(30, 100));
    for (one, other) in [(7, 8), (7, 10), (9, 20)] {
        for at_once in [1, 3, 64] {
            let mut followed = Followed::default();
            peer.tell(&mut followed, &told, one);
            peer.read(&mut followed, &shown[..other], 4);
            assert_eq!(followed.parted(), Some(&peer.head(&told, one)));
            // As long as the log that it shows contradicts nothing, there is nothing to tell, and nothing is forgotten.
            for short in [one, other - 1] {
                let refused = peer.inquire(&followed, &told[..short], at_once).unwrap_err();
                assert_eq!((refused, followed.parted()), (PageError::Length, Some(&peer.head(&told, one))));
            }
            for long in [other, other + 1, 31] {
                let Found::Fork(proof) = peer.inquire(&followed, &told[..long], at_once).unwrap() else { panic!() };
                let Evidence::Fork { shorter, longer, .. } = &*proof else { panic!() };
                assert_eq!((*shorter, *longer), (peer.head(&shown, other), peer.head(&told, long)));
                peer.assert_convicted(Some(proof));
            }
            peer.assert_convicted(peer.prove(&mut followed, &shown));
        }
    }
}

/// LOG-18: the head from which the log has parted is the longest to which it was read, and the other log ends behind it.
#[test]
fn a_read_head_from_which_the_log_parted_is_not_forgotten_for_a_longer_one() {
    let peer = Peer::new();
    let (first, other) = (peer.history(9, 1), peer.history(40, 100));
    let mut followed = Followed::default();
    peer.read(&mut followed, &first, 64);
    // The log is read again, and is another then.
    let spoiled = LogPage { head: peer.head(&other, 10), ..peer.page(&other, 0, 1) };
    assert_eq!(followed.handle_page(peer.keyset(), PEER, spoiled, 0).unwrap_err(), PageError::Root);
    let begun = LogPage { head: peer.head(&other, 20), ..peer.page(&other, 0, 10) };
    assert!(followed.handle_page(peer.keyset(), PEER, begun, 0).unwrap().more);
    assert_eq!(followed.parted(), Some(&peer.head(&first, 9)));
    // Whoever reads it once more sees the first log.
    assert!(peer.prove(&mut followed, &first).is_none());
    peer.read(&mut followed, &other[..20], 64);
    assert_eq!(followed.read(), Some(&peer.head(&other, 20)));
    peer.read(&mut followed, &other, 64);
    peer.assert_convicted(peer.prove(&mut followed, &other));
}

/// LOG-18: it told a head of the second history while it showed the first, so that the log had parted before it was read to the
/// end of the second.
#[test]
fn a_witness_that_shows_another_history_from_now_on_is_convicted_by_the_one_that_was_read_before() {
    let peer = Peer::new();
    let (first, second) = (peer.history(10, 1), peer.history(14, 100));
    for at_once in [1, 5, 64] {
        let mut followed = Followed::default();
        peer.read(&mut followed, &first, at_once);
        peer.tell(&mut followed, &second, 7);
        assert_eq!(followed.parted(), Some(&peer.head(&second, 7)));
        let turned = peer.page(&second, 10, 64);
        assert_eq!(followed.handle_page(peer.keyset(), PEER, turned, 0).unwrap_err(), PageError::Root);
        peer.read(&mut followed, &second, at_once);
        assert_eq!(followed.read(), Some(&peer.head(&second, 14)));
        assert_eq!(followed.parted(), Some(&peer.head(&first, 10)));
        peer.assert_convicted(peer.prove(&mut followed, &second));
    }
}

/// LOG-18: whatever else it signed counts as well.
#[test]
fn reading_a_log_once_more_compares_it_with_every_head_that_is_kept() {
    let peer = Peer::new();
    let (told, shown, third) = (peer.history(20, 1), peer.history(12, 100), peer.history(20, 200));
    let mut followed = Followed::default();
    peer.tell(&mut followed, &told, 15);
    peer.tell(&mut followed, &told, 10);
    peer.read(&mut followed, &shown, 64);
    assert_eq!(followed.parted(), Some(&peer.head(&told, 10)));
    let pairs = |history: &[LogEntry]| match peer.inquire(&followed, history, 64).unwrap() {
        Found::Fork(proof) => match *proof {
            Evidence::Fork { shorter, longer, .. } => (shorter.size, longer.size),
            _ => panic!("a fork"),
        },
        other => panic!("{other:?}"),
    };
    // The shortest of those that it contradicts, whichever it is.
    assert_eq!(pairs(&shown), (10, 12));
    assert_eq!(pairs(&told), (12, 20));
    assert_eq!(pairs(&third), (10, 20));
    assert_eq!(pairs(&[&told[..11], &third[..9]].concat()), (12, 20));
}

/// LOG-23: it was dropped while the log was read once more.
#[test]
fn a_head_that_comes_back_among_the_unchecked_takes_its_chance_like_any_other() {
    let peer = Peer::new();
    let (told, shown) = (peer.history(60, 1), peer.history(61, 100));
    for (chance, kept) in [(0, true), (u64::MAX, false)] {
        let mut followed = Followed::default();
        followed.handle_head(peer.keyset(), peer.head(&told, 10), u64::MAX).unwrap();
        let spoiled = LogPage { head: peer.head(&told, 60), ..peer.page(&shown, 0, 11) };
        followed.handle_page(peer.keyset(), PEER, spoiled, 1).unwrap();
        for size in 20..20 + MAX_UNCHECKED_HEADS {
            followed.handle_head(peer.keyset(), peer.head(&told, size), 2).unwrap();
        }
        let first = peer.head(&told, 10);
        let has_it = |followed: &Followed| followed.unchecked().iter().any(|unchecked| unchecked.head() == &first);
        assert!(followed.parted() == Some(&first) && !has_it(&followed));
        followed.settle(false, chance);
        assert_eq!((has_it(&followed), followed.unchecked().len()), (kept, MAX_UNCHECKED_HEADS));
    }
}

/// Whatever honest heads come, and when: nothing is parted, and nothing stays unchecked.
#[test]
fn an_honest_log_extends_every_head_whenever_it_comes() {
    let peer = Peer::new();
    let history = peer.history(9, 1);
    for number in 0..400_usize {
        let mut followed = Followed::default();
        for turn in 0..6 {
            let drawn = number * 7919 + turn * 104_729;
            assert!(peer.tell(&mut followed, &history, drawn % 10).is_none());
            if drawn % 3 == 0 {
                let end = 9.min(usize::try_from(followed.position()).unwrap() + drawn % 4);
                let page = peer.page(&history[..end.max(1)], followed.position(), 2);
                followed.handle_page(peer.keyset(), PEER, page, 0).unwrap();
            }
            if drawn % 5 == 0 {
                followed = decode(&encode(&followed), 1 << 20).unwrap();
            }
            assert!(followed.parted().is_none(), "{number}, {turn}");
        }
        // Twice as long as ever before, so that late ones are looked at.
        let end = peer.history(20, 1);
        peer.read(&mut followed, &end, 64);
        assert_eq!((followed.parted(), followed.unchecked()), (None, &[][..]), "{number}");
    }
}

/// As nodes wrote it before they kept unchecked heads.
#[test]
fn an_older_record_of_a_log_is_read_as_it_is() {
    let peer = Peer::new();
    let history = peer.history(3, 1);
    let mut followed = Followed::default();
    peer.read(&mut followed, &history, 64);
    let peaks = vec![merkle::root_of(&[history[0].leaf(), history[1].leaf()]), history[2].leaf()];
    let head = Some(peer.head(&history, 3));
    let older = encode(&(3_u64, peaks, head, head, None::<Head>));
    assert_eq!(encode(&followed), older);
    assert_eq!(decode::<Followed>(&older, 1 << 20).unwrap().read(), head.as_ref());
    peer.tell(&mut followed, &peer.history(9, 1), 9);
    let newer = encode(&followed);
    assert!(newer.len() > older.len());
    assert_eq!(decode::<Followed>(&newer, 1 << 20).unwrap(), decode(&newer, 1 << 20).unwrap());
    assert_eq!(decode::<Followed>(&newer, 1 << 20).unwrap().unchecked(), followed.unchecked());
    for cut in older.len() + 1..newer.len() {
        decode::<Followed>(&newer[..cut], 1 << 20).unwrap_err();
    }
}
