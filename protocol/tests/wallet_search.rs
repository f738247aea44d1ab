//! The wallet machine: searching among witnesses that give buckets without end, evaluate wrongly, or say nothing; and
//! how often a coin is shown.

use crate::federation_support;
use crate::wallet_support;

use std::collections::BTreeMap;

use federation_support::{DAY, Federation, KEYSET, NOW, VOUCHER, entropy, federation, list, node_seed};
use ronde_protocol::{
    crypto::group::PointBytes,
    limits::{BUCKET_PATIENCE, MAX_BUCKET_PAGES},
    machine::wallet::{Asking, Probed, Search, Searched, VoucherCount, Wallet},
    message::{
        bucket::{BucketEntry, BucketLength, BucketPage, BucketQuery, LengthQuery},
        ids::{StoreId, WitnessIndex},
        log::CertifiedOrder,
        order::Order,
        probe::CoinState,
    },
};
use wallet_support::{lost::*, *};

/// How a witness answers about a bucket.
#[derive(Clone, Copy, PartialEq)]
enum Answers {
    /// With what is there, after so many pieces of strangers' entries.
    After(usize),
    /// With strangers' entries, for ever.
    Endlessly,
    /// Not at all.
    Never,
}

struct Bench {
    federation: Federation,
    stranger: BucketEntry,
    order: Order,
    answers: [Answers; 4],
    /// Whose evaluation has another key's proof.
    cheat: Option<WitnessIndex>,
    /// Pieces that each witness was asked for.
    asked: BTreeMap<WitnessIndex, Vec<BucketQuery>>,
}

impl Bench {
    fn new(answers: [Answers; 4]) -> Self {
        let federation = federation(4);
        let order = earn_order(&federation, &claim(&mut device(&federation, 0), &federation, 1, terms(8)));
        let mut other = Wallet::new(ronde_protocol::crypto::Seed::new([9; 32]), federation.id(), 0);
        let strange = earn_order(&federation, &claim(&mut other, &federation, 2, terms(8)));
        let certified = CertifiedOrder { certificate: federation.certify(&strange), order: strange };
        let evaluation = federation.evaluate(&certified.order, WitnessIndex(0)).unwrap();
        let stranger = BucketEntry { blinded: PointBytes([0; 32]), certified, evaluation };
        Self { federation, stranger, order, answers, cheat: None, asked: BTreeMap::new() }
    }

    /// The next piece of one entry, whose place is beyond all before.
    fn strange(&self, index: WitnessIndex, query: &BucketQuery) -> BucketPage {
        let place = self.asked[&index].len();
        let mut entry = self.stranger.clone();
        entry.blinded.0[1..9].copy_from_slice(&u64::try_from(place).unwrap().to_be_bytes());
        entry.evaluation.index = index;
        let keyset = self.federation.charter.keyset(KEYSET).unwrap();
        BucketPage::sign(&self.federation.witness(KEYSET, index).vote, keyset, index, query, list([entry]), true)
    }

    fn answer(&mut self, index: WitnessIndex, query: &BucketQuery) -> Option<BucketPage> {
        let asked = self.asked.entry(index).or_default();
        asked.push(*query);
        let before = asked.len() - 1;
        match self.answers[usize::from(index.0)] {
            Answers::Never => None,
            Answers::After(pieces) if pieces <= before => {
                let mut page = self.federation.bucket_page(index, query, [&self.order]);
                if self.cheat == Some(index) {
                    let other = node_seed(StoreId(99)).witness_keys(&self.federation.id(), KEYSET).unwrap();
                    let mut entry = page.entries[0].clone();
                    entry.evaluation = self.federation.evaluate_with(&self.order, index, &other).unwrap();
                    let keyset = self.federation.charter.keyset(KEYSET).unwrap();
                    let key = self.federation.witness(KEYSET, index).vote;
                    page = BucketPage::sign(&key, keyset, index, query, list([entry]), false);
                }
                Some(page)
            }
            Answers::After(_) | Answers::Endlessly => Some(self.strange(index, query)),
        }
    }

    /// Asks for number 0 of device 0.
    fn ask(&mut self, seed: u8) -> Result<Searched, usize> {
        let charter = self.federation.charter.clone();
        let keyset = charter.keyset(KEYSET).unwrap();
        let wallet = device(&self.federation, 0);
        let mut search = Search::new(&wallet, &charter, NOW);
        let query = LengthQuery { keyset: KEYSET, nonce: [5; 32] };
        let lengths: Vec<BucketLength> =
            (0..4).map(|index| self.federation.bucket_length(WitnessIndex(index), &query)).collect();
        search.handle_lengths(keyset, &query.nonce, &lengths).unwrap();
        let question = loop {
            let question = search.next_question(&wallet, fresh(u64::from(seed))).unwrap();
            if question.number == 0 {
                break question;
            }
            search.handle_answer(&question, false);
        };
        let mut asking = Asking::new(question, keyset, entropy(seed));
        while let Some((index, query)) = asking.poll() {
            match self.answer(index, &query) {
                Some(page) => asking.handle_page(&charter, keyset, page).unwrap(),
                None => asking.handle_silence(),
            }
        }
        asking.finish()
    }

    fn pieces_of(&self, index: u8) -> usize {
        self.asked.get(&WitnessIndex(index)).map_or(0, Vec::len)
    }
}

/// RESTORE-25
#[test]
fn a_bucket_without_end_is_put_aside_and_costs_no_more_than_patience() {
    let mut met = 0;
    for seed in 0..16 {
        let mut bench = Bench::new([Answers::After(0), Answers::Endlessly, Answers::After(1), Answers::After(2)]);
        let found = bench.ask(seed).unwrap();
        assert_eq!(found.orders.len(), 1, "seed {seed}");
        assert_eq!(found.orders[0].evaluations.len(), 3);
        assert!([0, BUCKET_PATIENCE].contains(&bench.pieces_of(1)), "{}", bench.pieces_of(1));
        met += usize::from(bench.pieces_of(1) > 0);
    }
    assert!(met > 0, "the liar was asked");
}

/// RESTORE-25: nobody is left out because honest buckets are long.
#[test]
fn buckets_that_are_long_are_read_on_where_they_were_put_aside() {
    let long = BUCKET_PATIENCE + 5;
    let mut bench = Bench::new([Answers::After(long); 4]);
    let found = bench.ask(1).unwrap();
    assert_eq!(found.orders.len(), 1);
    assert_eq!(found.among, u64::try_from(long + 1).unwrap());
    let mut pieces: Vec<usize> = (0..4).map(|index| bench.pieces_of(index)).collect();
    pieces.sort_unstable();
    assert_eq!(pieces, [BUCKET_PATIENCE, long + 1, long + 1, long + 1]);
    for queries in bench.asked.values() {
        let nonces = queries.iter().all(|query| query.nonce == queries[0].nonce);
        assert!(nonces && queries.windows(2).all(|pair| pair[0].after.is_none() || pair[1].after != pair[0].after));
    }
}

/// RESTORE-25: the last resort ends as well.
#[test]
fn where_too_few_end_the_reading_of_a_bucket_without_end_does() {
    let mut bench = Bench::new([Answers::After(0), Answers::Endlessly, Answers::After(0), Answers::Never]);
    assert_eq!(bench.ask(1).unwrap_err(), 2);
    assert_eq!(bench.pieces_of(1), MAX_BUCKET_PAGES);
}

/// RESTORE-25: an order of which an evaluation is missing for good costs no more of a bucket without end than twice an
/// honest one, and is found all the same: what it lacks is fetched by its digest.
#[test]
fn an_order_that_lacks_evaluations_does_not_keep_a_bucket_without_end_open() {
    for (pieces, most) in [(0, BUCKET_PATIENCE), (BUCKET_PATIENCE + 5, 2 * (BUCKET_PATIENCE + 6))] {
        let mut met = false;
        for seed in 0..8 {
            let honest = Answers::After(pieces);
            let mut bench = Bench::new([honest, Answers::Endlessly, honest, honest]);
            bench.cheat = Some(WitnessIndex(2));
            let found = bench.ask(seed).unwrap();
            assert_eq!(found.orders[0].evaluations.len(), 3, "seed {seed}: two are good, one is evidence");
            assert!(bench.pieces_of(1) <= most, "seed {seed}: {} of {most}", bench.pieces_of(1));
            met |= bench.pieces_of(1) > 0;
        }
        assert!(met, "the liar was asked");
    }
}

/// RESTORE-25: an honest bucket that was put aside is read on for the evaluation that is missing, whatever a liar's short
/// one says of the length.
#[test]
fn an_honest_bucket_that_was_put_aside_is_read_on_for_what_an_order_lacks() {
    let mut put_aside = 0;
    for seed in 0..24 {
        let near = Answers::After(BUCKET_PATIENCE - 2);
        let mut bench = Bench::new([Answers::After(0), near, Answers::After(BUCKET_PATIENCE + 2), near]);
        bench.cheat = Some(WitnessIndex(0));
        let found = bench.ask(seed).unwrap();
        if bench.pieces_of(0) == 0 {
            continue;
        }
        let good = found.orders[0].evaluations.iter().filter(|evaluation| evaluation.index != WitnessIndex(0)).count();
        assert_eq!((good, bench.pieces_of(2)), (3, BUCKET_PATIENCE + 3), "seed {seed}");
        put_aside += 1;
    }
    assert!(put_aside > 8, "{put_aside}");
}

/// WALLET-29: also of what a search comes across.
#[test]
fn a_signed_evaluation_with_a_bad_proof_that_a_search_finds_is_kept_as_evidence_and_counts_for_nothing() {
    let mut bench = Bench::new([Answers::After(0); 4]);
    bench.cheat = Some(WitnessIndex(2));
    let (mut found, mut seed) = (bench.ask(0).unwrap(), 0);
    while bench.pieces_of(2) == 0 {
        seed += 1;
        found = bench.ask(seed).unwrap();
    }
    let of = found.orders.remove(0);
    assert_eq!(of.evaluations.len(), 4, "three good ones were needed");
    let mut wallet = device(&bench.federation, 1);
    let back = recover(&mut wallet, &bench.federation, &of.order, &of.evaluations).unwrap();
    assert_eq!(back.settled.evidence.len(), 1);
    assert_eq!(wallet.book().evidence.len(), 1);
    assert!(coins_of(&wallet, of.order.digest()).iter().all(|coin| coin.components.len() == 3));
}

/// RESTORE-17, RESTORE-23: a search that looked nowhere has found no index to be free.
#[test]
fn without_a_keyset_to_ask_about_a_search_does_not_end() {
    let federation = federation(4);
    let wallet = device(&federation, 0);
    let end = federation.charter.keyset(KEYSET).unwrap().evaluate_until();
    let mut search = Search::new(&wallet, &federation.charter, end + DAY);
    assert!(search.is_idle() && search.open().is_empty());
    assert_eq!([search.next_device(), search.next_device(), search.next_device()], [None; 3]);
}

/// RESTORE-34, RESTORE-30
#[test]
fn a_coin_that_was_found_to_be_free_is_shown_again_only_to_exchange_it() {
    let federation = federation(4);
    let mut lost = device(&federation, 0);
    let coffee = VoucherCount { offer: VOUCHER, count: 1 };
    let order = earned(
        &mut lost,
        &federation,
        1,
        ronde_protocol::machine::wallet::GrantTerms { vouchers: vec![coffee], ..terms(8) },
    );
    let mut found = device(&federation, 1);
    bring_back(&mut found, &federation, &order).unwrap();
    let due = found.to_probe(&federation.charter, NOW, false);
    assert_eq!(due.len(), 2, "the point coin and the voucher");
    for (_, point) in &due {
        let free: Vec<_> = (0..4).map(|index| (index, CoinState::Unbound)).collect();
        assert!(matches!(probed(&mut found, &federation, point, &free).unwrap(), Probed::Unbound(_)));
    }
    let again = found.to_probe(&federation.charter, NOW, false);
    assert_eq!(
        again.iter().map(|(_, point)| *point).collect::<Vec<_>>(),
        found.unproven(&federation.charter, NOW, false)
    );
    assert_eq!(again.len(), 1, "the voucher is not shown again");
    // Of one that too few spoke of nothing is known; and whoever restores the wallet again asks about all anew.
    found.begin_search().release(&save(&mut found));
    assert!(found.to_probe(&federation.charter, NOW, false).is_empty(), "nothing could be exchanged now");
    found.end_search(3).release(&save(&mut found));
    assert_eq!(found.to_probe(&federation.charter, NOW, false).len(), 2);
    let few: Vec<_> = (0..2).map(|index| (index, CoinState::Unbound)).collect();
    assert!(matches!(probed(&mut found, &federation, &due[0].1, &few).unwrap(), Probed::Unclear { .. }));
    assert_eq!(found.to_probe(&federation.charter, NOW, false).len(), 2);
}
