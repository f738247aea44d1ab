//! Peers that lie, stammer or shout: nobody but the liar is hurt, and the liar is named by what it signed.

mod federation;
#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use federation::{Town, base64, eventually, http, in_memory, on_disk, orders};
use federation_support::{DAY, Federation, KEYSET, NOW, Plan, entropy, list, node_seed};
use ronde_node::clock::Clock;
use ronde_node::store::{Engine as _, SqliteEngine, Table};
use ronde_node::transport::{Dialer, DialerConfig, Handler, HandlerFuture, Identity, NodeKey, TransportError};
use ronde_node::wallet::Session;
use ronde_protocol::crypto::merkle;
use ronde_protocol::limits::MAX_MESSAGE_BYTES;
use ronde_protocol::message::charter::KeysetEntry;
use ronde_protocol::message::codec::{decode, encode};
use ronde_protocol::message::evaluation::{Evaluation, EvaluationError};
use ronde_protocol::message::evidence::{Evidence, EvidenceError};
use ronde_protocol::message::head::Head;
use ronde_protocol::message::ids::{KeysetId, StoreId, WitnessIndex};
use ronde_protocol::message::log::{CertifiedOrder, LogEntry};
use ronde_protocol::message::offer::SignedOffer;
use ronde_protocol::message::order::{Authorization, Column, Purpose, SignedOrder};
use ronde_protocol::message::refusal::{ExpectedCode, Refusal};
use ronde_protocol::message::wire::{
    CHARTER_CHUNK, Certified, CharterChunk, CharterQuery, FeedEntry, FeedPage, FromPosition, LogPage, OrderState,
    Reply, ReplyV1, Request, RequestV1, Voted,
};
use serde_json::json;

/// Far longer than anything takes.
const LONG: Duration = Duration::from_secs(60);
/// The witness that cheats, and its store.
const TRAITOR: WitnessIndex = WitnessIndex(3);
const TRAITORS_STORE: u32 = 4;

fn key_of(store: u32) -> NodeKey {
    node_seed(StoreId(store)).node_key().verifying_key().encode().0
}

fn refusal(answer: &[u8]) -> Refusal {
    let Reply::V1(reply) = decode(answer, MAX_MESSAGE_BYTES).unwrap();
    match reply {
        ReplyV1::Refused(refusal) => refusal,
        other => panic!("not refused but {other:?}"),
    }
}

#[test]
fn an_unknown_key_gets_no_handshake_and_no_answer() {
    let mut town = Town::open(4, in_memory);
    let order = orders::swap(&town.federation, &[(1, 2)], &[(2, 2)]);
    let request = RequestV1::Vote(orders::request(&town.federation, 1, &order, &[]));
    let bytes = encode(&Request::V1(request.clone()));
    let stranger = Identity::from_seed([0xee; 32]).unwrap();
    let address = town.quic(1).to_owned();
    let refused = town.block_on(async {
        let dialer = Dialer::new(&stranger, DialerConfig::default()).unwrap();
        dialer.call(key_of(1), &address, &bytes, LONG).await
    });
    assert!(matches!(refused, Err(TransportError::Refused)), "{refused:?}");
    // The same bytes from a store of the charter are served: it was the key.
    assert!(matches!(town.ask(2, 1, request), ReplyV1::Voted(_)));
}

/// TRANSPORT-11.
#[test]
fn bytes_that_are_no_message_are_refused_at_their_offset_and_kill_nobody() {
    let mut town = Town::open(4, in_memory);
    let order = orders::swap(&town.federation, &[(1, 2), (2, 1)], &[(3, 2), (4, 1)]);
    let good = encode(&Request::V1(RequestV1::Vote(orders::request(&town.federation, 1, &order, &[]))));
    for length in 1..good.len() {
        let refused = refusal(&town.call(2, 1, &good[..length]).unwrap());
        let (offset, expected) = position(&refused);
        assert!(offset <= u64::try_from(length).unwrap(), "{refused:?} of {length} bytes");
        assert_eq!(expected, ExpectedCode::MoreBytes, "cut at {length}");
    }
    let trailing = [good.clone(), vec![0]].concat();
    let end = u64::try_from(good.len()).unwrap();
    assert_eq!(position(&refusal(&town.call(2, 1, &trailing).unwrap())), (end, ExpectedCode::End));
    for at in 0..good.len() {
        let mut spoiled = good.clone();
        spoiled[at] ^= 0xff;
        // Whatever it has become, it is answered, and never with a vote for what was signed.
        let Reply::V1(reply) = decode(&town.call(2, 1, &spoiled).unwrap(), MAX_MESSAGE_BYTES).unwrap();
        assert!(matches!(reply, ReplyV1::Refused(_)), "byte {at}: {reply:?}");
    }
    let Reply::V1(reply) = decode(&town.call(2, 1, &good).unwrap(), MAX_MESSAGE_BYTES).unwrap();
    assert!(matches!(reply, ReplyV1::Voted(_)), "{reply:?}");
}

fn position(refusal: &Refusal) -> (u64, ExpectedCode) {
    match refusal {
        Refusal::BadEncoding { offset, expected } => (*offset, *expected),
        other => panic!("no bad encoding but {other:?}"),
    }
}

/// What is done to an order, and what is then expected in its place.
type Case = (&'static str, ExpectedCode, fn(&mut SignedOrder));

/// The request for a vote on a changed order; the signature does not fit any more, but that is looked at last.
fn changed(town: &Town, change: impl FnOnce(&mut SignedOrder)) -> RequestV1 {
    let good = orders::swap(&town.federation, &[(1, 2), (2, 1)], &[(3, 2), (4, 1)]);
    let mut request = orders::request(&town.federation, 1, &good, &[]);
    change(&mut request.signed);
    RequestV1::Vote(request)
}

#[test]
fn orders_out_of_order_or_of_no_elements_are_refused_where_they_go_wrong() {
    let mut town = Town::open(4, in_memory);
    let cases: [Case; 6] = [
        ("unsorted inputs", ExpectedCode::Sorted, |signed| {
            signed.order.inputs = list(signed.order.inputs.iter().rev().copied());
        }),
        ("one input twice", ExpectedCode::Sorted, |signed| {
            signed.order.inputs = list([signed.order.inputs[0]; 2]);
        }),
        ("unsorted outputs", ExpectedCode::Sorted, |signed| {
            signed.order.outputs = list(signed.order.outputs.iter().rev().copied());
        }),
        ("the identity as a coin", ExpectedCode::Element, |signed| {
            let mut inputs = signed.order.inputs.to_vec();
            inputs[0].point.0 = [0; 32];
            signed.order.inputs = list(inputs);
        }),
        ("the identity as an output", ExpectedCode::Element, |signed| {
            let mut outputs = signed.order.outputs.to_vec();
            outputs[0].blinded.0 = [0; 32];
            signed.order.outputs = list(outputs);
        }),
        ("a point that is not canonical", ExpectedCode::Element, |signed| {
            let mut inputs = signed.order.inputs.to_vec();
            inputs[1].point.0 = [0xff; 32];
            signed.order.inputs = list(inputs);
        }),
    ];
    for (name, expected, change) in cases {
        let request = changed(&town, change);
        match town.ask(2, 1, request) {
            ReplyV1::Refused(refusal) => assert_eq!(position(&refusal).1, expected, "{name}"),
            other => panic!("{name}: {other:?}"),
        }
    }
    let untouched = changed(&town, |_| {});
    assert!(matches!(town.ask(2, 1, untouched), ReplyV1::Voted(_)));
}

#[test]
fn a_list_that_lies_about_its_length_is_refused_before_it_is_read() {
    let mut town = Town::open(4, in_memory);
    let order = orders::swap(&town.federation, &[(1, 2)], &[(2, 2)]);
    let good = encode(&Request::V1(RequestV1::Vote(orders::request(&town.federation, 1, &order, &[]))));
    // The count of inputs stands right before the first input.
    let first = encode(&order.order.inputs[0]);
    let at = good.windows(first.len()).position(|window| window == first).unwrap() - 8;
    for count in [257_u64, 1 << 32, u64::MAX] {
        let mut lying = good.clone();
        lying[at..at + 8].copy_from_slice(&count.to_le_bytes());
        let refused = refusal(&town.call(2, 1, &lying).unwrap());
        assert_eq!(position(&refused), (u64::try_from(at).unwrap(), ExpectedCode::Shorter), "{count}");
    }
}

#[test]
fn an_oversize_request_ends_its_stream_and_nothing_else() {
    let mut town = Town::open(4, in_memory);
    let identity = Identity::from_seed(*node_seed(StoreId(2)).node_key_seed()).unwrap();
    let address = town.quic(1).to_owned();
    let refused = town.block_on(async {
        let config = DialerConfig { max_frame: 1 << 24, ..DialerConfig::default() };
        let dialer = Dialer::new(&identity, config).unwrap();
        dialer.call(key_of(1), &address, &vec![0; MAX_MESSAGE_BYTES + 1], LONG).await
    });
    assert!(refused.is_err(), "{refused:?}");
    let order = changed(&town, |_| {});
    assert!(matches!(town.ask(2, 1, order), ReplyV1::Voted(_)));
}

#[test]
fn a_witness_whose_clock_is_wrong_refuses_to_issue_and_never_to_spend() {
    let mut town = Town::open(4, in_memory);
    let mut number = 0;
    // Too early for the order's time; after the end of issuing; after the charter's end.
    for clock in [NOW - 3600, NOW + 181 * DAY, NOW + 359 * DAY] {
        number += 1;
        town.set_clock(4, clock);
        let coin = u64::from(number) * 10;
        let earn = orders::earn(&town.federation, 1, number, &[(coin, 1)]);
        let request = RequestV1::Vote(orders::request(&town.federation, 4, &earn, &[]));
        match town.ask(1, 4, request) {
            ReplyV1::Refused(Refusal::ClockSkew { ahead }) => assert_eq!((clock, ahead), (NOW - 3600, 3600)),
            ReplyV1::Refused(Refusal::Closed | Refusal::CharterExpired) => assert!(clock > NOW),
            other => panic!("{other:?}"),
        }
        for signed in [
            orders::redeem(&town.federation, 2, &[(coin + 1, 2)], &[(coin + 2, 1)]),
            orders::swap(&town.federation, &[(coin + 3, 2)], &[(coin + 4, 2)]),
        ] {
            let request = RequestV1::Vote(orders::request(&town.federation, 4, &signed, &[]));
            assert!(matches!(town.ask(1, 4, request), ReplyV1::Voted(_)), "clock {clock}");
        }
        // The three others are enough to issue.
        assert_eq!(town.submit(1, &earn).status, 200);
    }
}

#[test]
fn a_relay_that_spoils_any_byte_of_an_evaluation_gets_nobody_accused() {
    let town = Town::open(4, in_memory);
    let signed = orders::swap(&town.federation, &[(1, 2)], &[(2, 1), (3, 1)]);
    let answer = town.submit(1, &signed);
    assert_eq!(answer.status, 200, "{answer:?}");
    let charter = &town.federation.charter;
    let keyset = charter.keyset(KEYSET).unwrap();
    let evaluations = answer.body["evaluations"].as_array().unwrap();
    assert!(evaluations.len() >= keyset.quorum().votes());
    use base64::Engine as _;
    let text = evaluations[0].as_str().unwrap();
    let good = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap();
    for at in 0..good.len() {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        let Ok(spoiled) = decode::<Evaluation>(&bytes, MAX_MESSAGE_BYTES) else { continue };
        let verified = spoiled.verify(keyset, &signed.order, &signed.order.digest());
        assert!(!matches!(verified, Ok(_) | Err(EvaluationError::BadProof(_))), "byte {at}: {verified:?}");
        let accusation = Evidence::BadEvaluation { order: signed.order.clone(), evaluation: spoiled };
        let judged = accusation.verify(charter);
        assert!(matches!(judged, Err(EvidenceError::NotSigned | EvidenceError::InOrder | EvidenceError::Unknown)));
    }
}

/// A witness that votes like an honest one, and evaluates with a key of its own choice.
struct Traitor {
    federation: Federation,
    /// Whether it signs what it does; otherwise its signatures are spoiled.
    signs: bool,
}

impl Traitor {
    fn answer(&self, request: RequestV1) -> ReplyV1 {
        let keys = self.federation.witness(KEYSET, TRAITOR);
        let keyset = self.federation.charter.keyset(KEYSET).unwrap();
        let head = Head::sign(&keys.vote, keyset, TRAITOR, 0, merkle::root_of(&[]));
        match request {
            RequestV1::Vote(request) => {
                ReplyV1::Voted(Voted { vote: self.federation.vote(&request.signed.order, TRAITOR), head })
            }
            RequestV1::Certify(certified) => {
                let marking = node_seed(StoreId(99)).witness_keys(&self.federation.id(), KEYSET).unwrap();
                let evaluated = self.federation.evaluate_with(&certified.order, TRAITOR, &marking);
                let Some(mut evaluation) = evaluated else { return ReplyV1::Refused(Refusal::Unknown) };
                if !self.signs {
                    evaluation.signature.0[3] ^= 4;
                }
                ReplyV1::Certified(Certified { certificate: certified.certificate, evaluation, head })
            }
            _ => ReplyV1::Refused(Refusal::Unknown),
        }
    }
}

impl Handler for Traitor {
    fn handle(&self, _: NodeKey, request: Vec<u8>) -> HandlerFuture<'_> {
        Box::pin(async move {
            let reply = match decode::<Request>(&request, MAX_MESSAGE_BYTES) {
                Ok(Request::V1(request)) => self.answer(request),
                Err(error) => ReplyV1::Refused(error.into()),
            };
            encode(&Reply::V1(reply))
        })
    }
}

/// Three honest stores and a traitor, all at the time of the machine's clock.
fn with_traitor(signs: bool) -> Town {
    let plan = Plan { now: Clock::System.unix_seconds(), ..Plan::of(4) };
    with_handler(plan, |federation| Arc::new(Traitor { federation, signs }))
}

/// Three honest stores, and something else in the fourth's place.
fn with_handler(plan: Plan, handler: impl FnOnce(Federation) -> Arc<dyn Handler>) -> Town {
    let mut town = Town::found(plan);
    let charter = &town.federation.charter;
    let handler = handler(Federation { charter: charter.clone(), signed: town.federation.signed.clone() });
    town.impersonate(TRAITORS_STORE, handler);
    (1..=3).for_each(|store| town.start(store, on_disk));
    town.wait_for_votes();
    town
}

fn grant(town: &Town, store: u32, points: u64) -> String {
    let body = json!({ "points": points, "reference": "receipt 1" });
    let made = http("POST", &town.url(store, "/v1/grants"), Some(&town.till(store)), Some(&body));
    assert_eq!(made.status, 201, "{made:?}");
    made.body["claim_url"].as_str().unwrap().to_owned()
}

/// What a stopped node has written down against anybody.
fn evidence_of(folder: &Path) -> Vec<Evidence> {
    let engine = SqliteEngine::open(folder.join("ronde.sqlite")).unwrap();
    let found = engine.reader().unwrap().scan(Table::Evidence, &[], None, 100).unwrap();
    found.iter().map(|(_, bytes)| decode(bytes, 1 << 20).unwrap()).collect()
}

/// EVIDENCE-9
#[test]
fn a_witness_that_evaluates_with_another_key_is_named_by_the_gateway_with_evidence_that_stands() {
    let mut town = with_traitor(true);
    let signed = orders::swap(&town.federation, &[(1, 2)], &[(2, 1), (3, 1)]);
    assert_eq!(town.submit(1, &signed).status, 200, "three honest witnesses are enough");
    // The order is complete once the traitor has answered too, and been found out.
    eventually("all witnesses have answered", || town.get(1, "/v1/status").body["open_orders"] == 0);
    let folder = town.folder(1);
    town.stop(1);
    let kept = evidence_of(&folder);
    assert!(!kept.is_empty(), "the gateway writes evidence down");
    for evidence in kept {
        let verified = evidence.verify(&town.federation.charter).unwrap();
        assert_eq!(verified.culprit, TRAITOR);
    }
}

#[test]
fn a_witness_that_spoils_its_signature_is_not_accused_and_stops_nobody() {
    let mut town = with_traitor(false);
    let signed = orders::swap(&town.federation, &[(1, 2)], &[(2, 1), (3, 1)]);
    assert_eq!(town.submit(1, &signed).status, 200);
    let folder = town.folder(1);
    town.stop(1);
    assert!(evidence_of(&folder).is_empty());
}

#[test]
fn a_wallets_coins_are_good_although_one_witness_marks_them() {
    let town = with_traitor(true);
    let folder = tempfile::tempdir().unwrap();
    let mut wallet = Session::create(folder.path(), &town.url(1, ""), Some(&town.federation.id()), None).unwrap();
    let claimed = wallet.claim(&grant(&town, 1, 7)).unwrap();
    assert_eq!(wallet.spendable().0, 7);
    for evidence in claimed.done.evidence {
        assert_eq!(evidence.verify(&town.federation.charter).unwrap().culprit, TRAITOR);
    }
}

/// A witness whose log is a signed head, and nothing under it.
struct Hollow {
    federation: Federation,
    /// How often each node asked for it.
    asked: Arc<Mutex<Vec<NodeKey>>>,
}

impl Handler for Hollow {
    fn handle(&self, peer: NodeKey, request: Vec<u8>) -> HandlerFuture<'_> {
        Box::pin(async move {
            let Self { federation, asked } = self;
            let (vote, keyset) = (federation.witness(KEYSET, TRAITOR).vote, federation.charter.keyset(KEYSET).unwrap());
            let reply = match decode::<Request>(&request, MAX_MESSAGE_BYTES) {
                Ok(Request::V1(RequestV1::Log(_))) => {
                    asked.lock().unwrap().push(peer);
                    let head = Head::sign(&vote, keyset, TRAITOR, 9, [7; 32]);
                    ReplyV1::Log(LogPage { entries: list([]), head })
                }
                _ => ReplyV1::Refused(Refusal::Unknown),
            };
            encode(&Reply::V1(reply))
        })
    }
}

/// LOG-16, LOG-19: a page is refused for its entries. Its head is signed all the same, and outlives a restart.
#[test]
fn the_head_of_a_page_that_is_refused_is_on_disk() {
    let mut town = with_handler(Plan::of(4), |federation| Arc::new(Hollow { federation, asked: Arc::default() }));
    let heard = |log: &serde_json::Value| log["index"] == TRAITOR.0 && log["size"] == 9;
    eventually("its log was pulled", || {
        town.get(1, "/v1/status").body["peer_logs"].as_array().unwrap().iter().any(heard)
    });
    // What is written down after the head.
    assert_eq!(town.submit(1, &orders::swap(&town.federation, &[(1, 2)], &[(2, 2)])).status, 200);
    town.stop(1);
    assert!(heads_on_disk(&town, 1).iter().any(|head| head.index == TRAITOR && head.size == 9));
}

/// The highest heads of other witnesses that a node has written down.
fn heads_on_disk(town: &Town, store: u32) -> Vec<Head> {
    let reader = SqliteEngine::open(town.folder(store).join("ronde.sqlite")).unwrap().reader().unwrap();
    let heads = reader.scan(Table::PeerHead, &[], None, 10).unwrap();
    // Under longer keys stand those that are not checked.
    heads.iter().filter(|(key, _)| key.len() == 5).map(|(_, bytes)| decode(bytes, 1000).unwrap()).collect()
}

/// A witness that signs a head of nine entries, and then shows a log of ten others.
struct TwoFaced {
    federation: Federation,
    told: Vec<LogEntry>,
    shown: Vec<LogEntry>,
    /// Whether it shows one yet.
    shows: Arc<Mutex<bool>>,
    /// Whether whoever reads it once more sees the log that the head is of.
    by_turns: bool,
    /// How often each node began to read.
    begun: Mutex<BTreeMap<NodeKey, usize>>,
}

impl TwoFaced {
    fn new(federation: Federation, shows: &Arc<Mutex<bool>>, told: u64, by_turns: bool) -> Self {
        let vote = |number: u64| LogEntry::Voted(orders::swap(&federation, &[(number, 2)], &[(number + 50, 2)]));
        let (told, shown) = ((21..21 + told).map(vote).collect(), (1..=10).map(vote).collect());
        Self { federation, told, shown, shows: Arc::clone(shows), by_turns, begun: Mutex::default() }
    }

    fn page(&self, peer: NodeKey, from: u64) -> LogPage {
        let Self { federation, told, shown, .. } = self;
        let (vote, keyset) = (federation.witness(KEYSET, TRAITOR).vote, federation.charter.keyset(KEYSET).unwrap());
        let head = |log: &[LogEntry]| {
            let leaves: Vec<[u8; 32]> = log.iter().map(LogEntry::leaf).collect();
            Head::sign(&vote, keyset, TRAITOR, log.len() as u64, merkle::root_of(&leaves))
        };
        if !*self.shows.lock().unwrap() {
            return LogPage { entries: list([]), head: head(&told[..9]) };
        }
        let mut begun = self.begun.lock().unwrap();
        let times = begun.entry(peer).or_default();
        *times += usize::from(from == 0);
        let log = if self.by_turns && times.is_multiple_of(2) { told } else { shown };
        let entries = log.iter().skip(usize::try_from(from).unwrap()).take(4).cloned();
        LogPage { entries: list(entries), head: head(log) }
    }
}

impl Handler for TwoFaced {
    fn handle(&self, peer: NodeKey, request: Vec<u8>) -> HandlerFuture<'_> {
        Box::pin(async move {
            let reply = match decode::<Request>(&request, MAX_MESSAGE_BYTES) {
                Ok(Request::V1(RequestV1::Log(FromPosition { from, .. }))) => ReplyV1::Log(self.page(peer, from)),
                _ => ReplyV1::Refused(Refusal::Unknown),
            };
            encode(&Reply::V1(reply))
        })
    }
}

/// A node that knows of the head, and is restarted; then the log is shown.
fn fork_found(told: u64, by_turns: bool) -> Evidence {
    let shows = Arc::new(Mutex::new(false));
    let mut town = with_handler(Plan::of(4), |federation| Arc::new(TwoFaced::new(federation, &shows, told, by_turns)));
    let heard = |log: &serde_json::Value| log["index"] == TRAITOR.0 && log["size"] == 9;
    eventually("the first head is known", || {
        town.get(1, "/v1/status").body["peer_logs"].as_array().unwrap().iter().any(heard)
    });
    // What is written down after the head.
    assert_eq!(town.submit(1, &orders::swap(&town.federation, &[(1, 2)], &[(2, 2)])).status, 200);
    town.stop(1);
    *shows.lock().unwrap() = true;
    town.start(1, on_disk);
    eventually("the fork is proven", || town.get(1, "/v1/status").body["evidence"] != 0);
    town.stop(1);
    assert!(heads_on_disk(&town, 1).iter().any(|head| head.index == TRAITOR && head.size == told.max(10)));
    let evidence = evidence_of(&town.folder(1)).remove(0);
    assert_eq!(evidence.clone().verify(&town.federation.charter).unwrap().culprit, TRAITOR);
    evidence
}

/// LOG-22, LOG-24, LOG-18: neither the higher head nor a restart between has the first one forgotten.
#[test]
fn a_head_that_the_longer_log_does_not_extend_convicts_also_after_a_restart() {
    let evidence = fork_found(10, false);
    assert!(matches!(&evidence, Evidence::Fork { shorter, longer, .. } if (shorter.size, longer.size) == (9, 10)));
}

/// LOG-17, LOG-18: the log is read once more, and is another then, of the same size or of another.
#[test]
fn a_witness_that_shows_its_two_logs_by_turns_is_convicted_by_their_heads() {
    for told in [10, 11] {
        let evidence = fork_found(told, true);
        let Evidence::Fork { shorter, longer, .. } = evidence else { panic!("{evidence:?}") };
        assert_eq!((shorter.size, longer.size), (10, told));
    }
}

/// A witness that shows one log from its beginning, and to whoever goes on reading the head of another that is shorter.
struct Backward(Federation);

impl Handler for Backward {
    fn handle(&self, _: NodeKey, request: Vec<u8>) -> HandlerFuture<'_> {
        Box::pin(async move {
            let Self(federation) = self;
            let (vote, keyset) = (federation.witness(KEYSET, TRAITOR).vote, federation.charter.keyset(KEYSET).unwrap());
            let log = |from: u64, count: u64| -> Vec<LogEntry> {
                let order = |number| LogEntry::Voted(orders::swap(federation, &[(number, 2)], &[(number + 50, 2)]));
                (from..from + count).map(order).collect()
            };
            let head = |log: &[LogEntry]| {
                let leaves: Vec<[u8; 32]> = log.iter().map(LogEntry::leaf).collect();
                Head::sign(&vote, keyset, TRAITOR, log.len() as u64, merkle::root_of(&leaves))
            };
            let (whole, other) = (log(1, 9), log(21, 7));
            let reply = match decode::<Request>(&request, MAX_MESSAGE_BYTES) {
                Ok(Request::V1(RequestV1::Log(FromPosition { from: 0, .. }))) => {
                    ReplyV1::Log(LogPage { head: head(&whole), entries: list(whole) })
                }
                Ok(Request::V1(RequestV1::Log(_))) => ReplyV1::Log(LogPage { head: head(&other), entries: list([]) }),
                _ => ReplyV1::Refused(Refusal::Unknown),
            };
            encode(&Reply::V1(reply))
        })
    }
}

/// LOG-18: the ordinary reading is refused each time, and the log is read once more all the same.
#[test]
fn a_log_whose_pages_are_refused_is_read_once_more_from_its_beginning() {
    let mut town = with_handler(Plan::of(4), |federation| Arc::new(Backward(federation)));
    eventually("the fork is proven", || town.get(1, "/v1/status").body["evidence"] != 0);
    town.stop(1);
    let evidence = evidence_of(&town.folder(1)).remove(0);
    assert_eq!(evidence.clone().verify(&town.federation.charter).unwrap().culprit, TRAITOR);
    assert!(matches!(&evidence, Evidence::Fork { shorter, longer, .. } if (shorter.size, longer.size) == (7, 9)));
}

/// A witness that signs another root for its newest size with every answer.
struct Restless {
    federation: Federation,
    /// How often each node was shown one.
    shown: Arc<Mutex<BTreeMap<NodeKey, u64>>>,
}

impl Handler for Restless {
    fn handle(&self, peer: NodeKey, request: Vec<u8>) -> HandlerFuture<'_> {
        Box::pin(async move {
            let Self { federation, shown } = self;
            let (vote, keyset) = (federation.witness(KEYSET, TRAITOR).vote, federation.charter.keyset(KEYSET).unwrap());
            let mut root = peer;
            let mut shown = shown.lock().unwrap();
            let count = shown.entry(peer).or_default();
            *count += 1;
            root[..8].copy_from_slice(&count.to_le_bytes());
            let head = Head::sign(&vote, keyset, TRAITOR, 9, root);
            let reply = match decode::<Request>(&request, MAX_MESSAGE_BYTES) {
                Ok(Request::V1(RequestV1::Log(_))) => ReplyV1::Log(LogPage { entries: list([]), head }),
                Ok(Request::V1(RequestV1::Vote(request))) => {
                    ReplyV1::Voted(Voted { vote: federation.vote(&request.signed.order, TRAITOR), head })
                }
                _ => ReplyV1::Refused(Refusal::Unknown),
            };
            encode(&Reply::V1(reply))
        })
    }
}

/// EVIDENCE-20
#[test]
fn a_liar_with_a_new_head_each_time_fills_no_disk() {
    let shown = Arc::<Mutex<BTreeMap<NodeKey, u64>>>::default();
    let mut town = with_handler(Plan::of(4), |federation| Arc::new(Restless { federation, shown: Arc::clone(&shown) }));
    let times = || shown.lock().unwrap().get(&key_of(1)).copied().unwrap_or_default();
    let folder = town.folder(1);
    for _ in 0..2 {
        let before = times();
        // Its head comes with the log, and with votes for whatever somebody brings.
        let mut number = 0;
        eventually("it has shown many heads", || {
            number += 1;
            let coin = before * 1000 + number * 10;
            town.submit(1, &orders::swap(&town.federation, &[(coin, 2)], &[(coin + 1, 2)]));
            times() > before + 60
        });
        town.stop(1);
        let kept = evidence_of(&folder);
        assert_eq!(kept.len(), 8);
        for evidence in kept {
            assert_eq!(evidence.verify(&town.federation.charter).unwrap().culprit, TRAITOR);
        }
        // Not with a count of its own, either.
        town.start(1, on_disk);
        town.wait_for_votes();
    }
}

/// EVIDENCE-20: a database of an earlier program holds far more against one witness than is shown at a time.
#[test]
fn evidence_against_one_liar_hides_none_against_another() {
    let mut town = Town::found(Plan::of(4));
    let folder = town.folder(1);
    std::fs::create_dir_all(&folder).unwrap();
    let keyset = town.federation.charter.keyset(KEYSET).unwrap().clone();
    let fork = |index: u8, root: u16| {
        let index = WitnessIndex(index);
        let key = town.federation.witness(KEYSET, index).vote;
        let mut other = [1; 32];
        other[..2].copy_from_slice(&root.to_le_bytes());
        let (shorter, longer) =
            (Head::sign(&key, &keyset, index, 5, [0; 32]), Head::sign(&key, &keyset, index, 5, other));
        Evidence::Fork { keyset: KEYSET, shorter, longer, subtrees: list([]) }
    };
    // What is about the second has the highest name of all.
    let mut second: Vec<Evidence> = (0..20).map(|root| fork(2, root)).collect();
    second.sort_by_key(Evidence::id);
    let second = second.pop().unwrap();
    let first: Vec<Evidence> = (0..600).map(|root| fork(3, root)).filter(|piece| piece.id() < second.id()).collect();
    assert!(first.len() > 300);
    let mut engine = SqliteEngine::open(folder.join("ronde.sqlite")).unwrap();
    let mut tx = engine.begin().unwrap();
    for piece in first.iter().chain([&second]) {
        tx.put(Table::Evidence, &piece.id(), &encode(piece)).unwrap();
    }
    tx.commit().unwrap();
    drop(engine);
    town.start(1, on_disk);
    let listed = town.get(1, "/v1/evidence").body["evidence"].as_array().unwrap().clone();
    let against = |index: u8| listed.iter().filter(|piece| piece["culprits"][0]["witness"] == index).count();
    assert_eq!((against(2), against(3)), (1, 8));
}

/// LOG-16: a witness of a later keyset pulls the logs of the earlier one, in which it has no seat.
#[test]
fn the_head_of_an_earlier_keysets_log_is_kept_like_any_other() {
    let plan = Plan { stores: 5, ..Plan::of(4) };
    let asked = Arc::<Mutex<Vec<NodeKey>>>::default();
    let hollow = |federation| Hollow { federation, asked: Arc::clone(&asked) };
    let mut town = with_handler(plan, |federation| Arc::new(hollow(federation)));
    let (later, alone) = (KeysetId(2), StoreId(5));
    let keys = node_seed(alone).witness_keys(&town.federation.id(), later).unwrap();
    let member = keys.entry(alone, &town.federation.id(), later, WitnessIndex(0), entropy(9));
    town.start(alone.0, on_disk);
    town.add_keyset(1, KeysetEntry { members: list([member]), faults: 0, ..town.later_keyset() });
    // It asks again when it has looked at the first answer.
    let times = || asked.lock().unwrap().iter().filter(|peer| **peer == key_of(alone.0)).count();
    eventually("the later witness has pulled it", || times() > 1);
    town.stop(alone.0);
    assert!(heads_on_disk(&town, alone.0).iter().any(|head| head.index == TRAITOR && head.size == 9));
}

/// A witness that tells stores what they have been paid, and nodes what the charter is.
#[derive(Default)]
struct Gossip {
    /// What stands in its feed, from position 0.
    feed: Mutex<Vec<CertifiedOrder>>,
    /// Feed positions and charter offsets that store 1 asked for.
    asked: Mutex<(Vec<u64>, Vec<u64>)>,
    /// What it shows as the charter of any version that is asked for; otherwise it makes up pieces.
    charter: Option<Vec<u8>>,
}

impl Gossip {
    fn answer(&self, request: RequestV1) -> ReplyV1 {
        match request {
            RequestV1::Feed(FromPosition { from, .. }) => {
                self.asked.lock().unwrap().0.push(from);
                let feed = self.feed.lock().unwrap();
                let entries = (0..).zip(feed.iter()).filter(|(position, _)| *position >= from);
                let entries = entries.map(|(position, certified)| FeedEntry { position, certified: certified.clone() });
                ReplyV1::Feed(FeedPage { entries: list(entries), next: feed.len() as u64, more: false })
            }
            RequestV1::Charter(CharterQuery { version, offset }) => {
                let mut asked = self.asked.lock().unwrap();
                asked.1.push(offset);
                if let Some(charter) = &self.charter {
                    return ReplyV1::Charter(CharterChunk {
                        version,
                        total: charter.len().try_into().unwrap(),
                        bytes: list(charter.iter().copied()),
                    });
                }
                // A crumb, too much in all, and a piece of something else.
                let (version, total, piece) = match asked.1.len() % 3 {
                    0 => (version, 1000, 1),
                    1 => (version, 5 << 20, CHARTER_CHUNK),
                    _ => (version + 1, 40_000, CHARTER_CHUNK),
                };
                ReplyV1::Charter(CharterChunk { version, total, bytes: list(vec![0; piece]) })
            }
            _ => ReplyV1::Refused(Refusal::Unknown),
        }
    }
}

impl Handler for Gossip {
    fn handle(&self, peer: NodeKey, request: Vec<u8>) -> HandlerFuture<'_> {
        Box::pin(async move {
            let reply = match decode::<Request>(&request, MAX_MESSAGE_BYTES) {
                Ok(Request::V1(request)) if peer == key_of(1) => self.answer(request),
                _ => ReplyV1::Refused(Refusal::Unknown),
            };
            encode(&Reply::V1(reply))
        })
    }
}

/// STORE-16.
#[test]
fn a_witness_that_makes_up_a_payment_is_not_believed_and_a_true_one_is() {
    let gossip = Arc::new(Gossip::default());
    let town = with_handler(Plan::of(4), |_| gossip.clone());
    let till = town.till(1);
    let opened = json!({ "max_points": 8, "step": 1, "reference": "basket 1", "expires_in": 3600 });
    let opened = http("POST", &town.url(1, "/v1/checkouts"), Some(&till), Some(&opened));
    let path = format!("/v1/checkouts/{}", opened.body["id"].as_str().unwrap());
    let offer: SignedOffer = town.get(1, &format!("{path}/offer")).member("offer");
    let state = || http("GET", &town.url(1, &path), Some(&till), None).body["state"].clone();
    let paid = orders::pay(&town.federation, 1, Purpose::Redeem, offer.offer.reference(), &[(1, 8)], &[]).order;
    let certificate = town.federation.certify(&paid);
    let mut spoiled = certificate.clone();
    let mut votes = spoiled.votes.to_vec();
    votes[0].signature.0[3] ^= 1;
    spoiled.votes = list(votes);
    *gossip.feed.lock().unwrap() = vec![CertifiedOrder { order: paid.clone(), certificate: spoiled }];
    eventually("the feed was read past the lie", || gossip.asked.lock().unwrap().0.contains(&1));
    assert_eq!(state(), "presented");
    gossip.feed.lock().unwrap().push(CertifiedOrder { order: paid, certificate });
    eventually("the till hears of the payment", || state() == "accepted");
}

/// An order as HTTP carries it, each witness with the column of the one that stands `salt` further.
fn with_columns_moved(town: &Town, signed: &SignedOrder, salt: usize) -> serde_json::Value {
    let good = orders::columns(&town.federation, &signed.order);
    let moved = (0..good.len()).map(|at| {
        let components = good[(at + salt) % good.len()].components.clone();
        base64(&Column { index: good[at].index, components })
    });
    let (order, authorization) = (base64(&signed.order), base64(&signed.authorization));
    json!({ "order": order, "authorization": authorization, "columns": moved.collect::<Vec<_>>() })
}

/// STORE-28.
#[test]
fn a_thief_with_worthless_columns_ends_no_payment_and_leaves_nothing_behind() {
    let mut town = Town::open(4, on_disk);
    let till = town.till(1);
    let opened = json!({ "max_points": 8, "step": 1, "reference": "basket 1", "expires_in": 3600 });
    let opened = http("POST", &town.url(1, "/v1/checkouts"), Some(&till), Some(&opened));
    let path = format!("/v1/checkouts/{}", opened.body["id"].as_str().unwrap());
    let offer: SignedOffer = town.get(1, &format!("{path}/offer")).member("offer");
    let state = |town: &Town| http("GET", &town.url(1, &path), Some(&till), None).body["state"].clone();
    let paid = orders::pay(&town.federation, 1, Purpose::Redeem, offer.offer.reference(), &[(1, 8)], &[(2, 1)]);
    for salt in 1..4 {
        let body = with_columns_moved(&town, &paid, salt);
        let refused = http("POST", &town.url(1, "/v1/orders"), None, Some(&body));
        assert_eq!(refused.code(), "coin-unknown", "{refused:?}");
        assert_eq!(state(&town), "presented", "the till goes on waiting");
        assert_eq!(town.get(1, "/v1/status").body["open_orders"], 0);
    }
    let folder = town.folder(1);
    town.stop(1);
    let engine = SqliteEngine::open(folder.join("ronde.sqlite")).unwrap();
    assert_eq!(engine.reader().unwrap().scan(Table::Opened, &[], None, 100).unwrap(), []);
    drop(engine);
    town.start(1, on_disk);
    town.wait_for_votes();
    let answer = town.submit(1, &paid);
    assert_eq!(answer.status, 200, "{answer:?}");
    eventually("the till hears of the payment", || state(&town) == "accepted");
}

/// STORE-14, STORE-27, STORE-28.
#[test]
fn thieves_that_shout_all_the_time_do_not_keep_a_payment_from_being_made() {
    let town = Town::open(4, in_memory);
    let payments: Vec<SignedOrder> =
        (1..=4).map(|coin| orders::swap(&town.federation, &[(coin * 10, 2)], &[(coin * 10 + 1, 2)])).collect();
    for paid in &payments {
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            for salt in 1..4 {
                let (town, done) = (&town, &done);
                let body = with_columns_moved(town, paid, salt);
                scope.spawn(move || {
                    while !done.load(std::sync::atomic::Ordering::Relaxed) {
                        http("POST", &town.url(1, "/v1/orders"), None, Some(&body));
                    }
                });
            }
            let mut answer = town.submit(1, paid);
            while answer.code() == "rate-limited" {
                answer = town.submit(1, paid);
            }
            done.store(true, std::sync::atomic::Ordering::Relaxed);
            // Good columns in hand are never answered by what was said of others.
            assert_eq!(answer.status, 200, "{answer:?}");
        });
    }
}

/// TRANSPORT-14.
#[test]
fn a_peer_that_makes_up_pieces_of_a_charter_is_asked_for_no_second_one() {
    let gossip = Arc::new(Gossip::default());
    let town = with_handler(Plan::of(4), |_| gossip.clone());
    eventually("each lie was told", || gossip.asked.lock().unwrap().1.len() >= 6);
    assert!(gossip.asked.lock().unwrap().1.iter().all(|offset| *offset == 0));
    assert_eq!(town.get(1, "/v1/status").body["charter_version"], 1);
}

/// TRANSPORT-14.
#[test]
fn an_old_charter_that_is_shown_as_the_next_is_not_asked_for_again_at_once() {
    let mut gossip = None;
    let town = with_handler(Plan::of(4), |federation| {
        let charter = encode(&federation.signed);
        assert!(charter.len() <= CHARTER_CHUNK, "one piece is one question");
        let shown = Arc::new(Gossip { charter: Some(charter), ..Gossip::default() });
        gossip.insert(shown).clone()
    });
    let gossip = gossip.unwrap();
    // The feed is asked for as often as the charter: once each time that it is this witness's turn.
    let asked = || {
        let asked = gossip.asked.lock().unwrap();
        (asked.0.len(), asked.1.len())
    };
    eventually("it had many turns", || asked().0 >= 20);
    let (turns, questions) = asked();
    assert!(questions <= 2 * turns, "{questions} questions in {turns} turns");
    assert_eq!(town.get(1, "/v1/status").body["charter_version"], 1);
}

/// A witness that says it voted for an order, and shows it as nobody signed it.
struct Spoiler {
    federation: Federation,
    shown: SignedOrder,
}

impl Handler for Spoiler {
    fn handle(&self, _: NodeKey, request: Vec<u8>) -> HandlerFuture<'_> {
        Box::pin(async move {
            let reply = match decode::<Request>(&request, MAX_MESSAGE_BYTES) {
                Ok(Request::V1(RequestV1::Order(query))) if query.digest == self.shown.order.digest() => {
                    let vote = self.federation.vote(&self.shown.order, TRAITOR);
                    ReplyV1::Order(OrderState::Voted { signed: self.shown.clone(), vote })
                }
                _ => ReplyV1::Refused(Refusal::Unknown),
            };
            encode(&Reply::V1(reply))
        })
    }
}

/// STORE-32.
#[test]
fn an_order_that_a_liar_shows_unsigned_is_carried_on_once_somebody_shows_it_signed() {
    let issue = |federation: &Federation| orders::earn(federation, TRAITORS_STORE, 1, &[(1, 8)]);
    let mut town = with_handler(Plan::of(4), |federation| {
        let mut shown = issue(&federation);
        let Authorization::Store(signature) = &mut shown.authorization else { panic!("a store signs what it issues") };
        signature.0[3] ^= 4;
        Arc::new(Spoiler { federation, shown })
    });
    let issued = issue(&town.federation);
    let path = format!("/v1/orders/{}?keyset={KEYSET}", issued.order.digest());
    // The vote is good, so the order is known; but nobody takes it on.
    for _ in 0..2 {
        let pending = town.get(3, &path);
        assert_eq!((pending.status, &pending.body["votes"]), (202, &json!(1)), "{pending:?}");
        assert_eq!(town.get(3, "/v1/status").body["open_orders"], 0);
    }
    let request = orders::request(&town.federation, 1, &issued, &[]);
    assert!(matches!(town.ask(1, 1, RequestV1::Vote(request)), ReplyV1::Voted(_)));
    eventually("it is certified", || town.get(3, &path).status == 200);
}
