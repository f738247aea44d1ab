//! Every message between nodes, sent twice, ten times, in another order, and to a node that was restarted on the same
//! database: the same answer, but for a log head that may have grown, and one effect.

mod federation;
#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;

use federation::{Town, on_disk, orders};
use federation_support::KEYSET;
use ronde_protocol::crypto::sign::Signature;
use ronde_protocol::message::codec::{Bounded, encode};
use ronde_protocol::message::ids::WitnessIndex;
use ronde_protocol::message::log::CertifiedOrder;
use ronde_protocol::message::order::{Authorization, SignedOrder};
use ronde_protocol::message::wire::{CharterQuery, FromPosition, HeadQuery, OrderQuery, ReplyV1, RequestV1};

/// The store that asks, and the witness store that is asked.
const ASKER: u32 = 2;
const ASKED: u32 = 1;

/// An answer without what may grow, a head of a log; short, so that a failure can be read.
fn settled(reply: &ReplyV1) -> String {
    let kept = match reply {
        ReplyV1::Voted(voted) => encode(&voted.vote),
        ReplyV1::Certified(certified) => encode(&(certified.certificate.clone(), certified.evaluation.clone())),
        ReplyV1::Log(page) => encode(&page.entries),
        ReplyV1::NewestHead(answer) => encode(&answer.index),
        other => encode(other),
    };
    let name = format!("{reply:?}").chars().take(40).collect::<String>();
    format!("{name} {}", blake3::hash(&kept))
}

/// One witness alone asked in a federation whose other nodes are still: nothing moves but what the test sends.
struct Scene {
    town: Town,
    orders: Vec<SignedOrder>,
}

impl Scene {
    fn open() -> Self {
        let town = Town::open(4, on_disk);
        let federation = &town.federation;
        let orders = vec![
            orders::earn(federation, ASKER, 1, &[(1, 4), (2, 1)]),
            orders::redeem(federation, ASKER, &[(3, 8)], &[(4, 1)]),
            orders::swap(federation, &[(5, 2)], &[(6, 1), (7, 1)]),
        ];
        Self { town, orders }
    }

    fn vote(&self, signed: &SignedOrder) -> RequestV1 {
        RequestV1::Vote(orders::request(&self.town.federation, ASKED, signed, &[]))
    }

    fn votes(&self) -> Vec<RequestV1> {
        self.orders.iter().map(|signed| self.vote(signed)).collect()
    }

    fn certificates(&self) -> Vec<RequestV1> {
        let certified = |signed: &SignedOrder| CertifiedOrder {
            order: signed.order.clone(),
            certificate: self.town.federation.certify(&signed.order),
        };
        self.orders.iter().map(|signed| RequestV1::Certify(certified(signed))).collect()
    }

    fn questions(&self) -> Vec<RequestV1> {
        let digest = self.orders[0].order.digest();
        vec![
            RequestV1::Order(OrderQuery { keyset: KEYSET, digest }),
            RequestV1::Feed(FromPosition { keyset: KEYSET, from: 0 }),
            RequestV1::Log(FromPosition { keyset: KEYSET, from: 0 }),
            RequestV1::NewestHead(HeadQuery { keyset: KEYSET, asker: WitnessIndex(1), nonce: [6; 32] }),
            RequestV1::Charter(CharterQuery { version: 1, offset: 0 }),
        ]
    }

    fn send(&mut self, request: &RequestV1) -> String {
        settled(&self.town.ask(ASKER, ASKED, request.clone()))
    }

    fn send_all(&mut self, requests: &[RequestV1]) -> Vec<String> {
        requests.iter().map(|request| self.send(request)).collect()
    }

    /// Log and books of the witness that is asked.
    fn state(&self) -> (Vec<Vec<u8>>, String) {
        (self.town.log(ASKED).iter().map(encode).collect(), self.town.books(ASKED).to_string())
    }

    fn restart(&mut self) {
        self.town.stop(ASKED);
        self.town.start(ASKED, on_disk);
    }

    /// Twice, ten times, backwards, and after a restart: the answers of the first time, and nothing is written.
    fn repeat(&mut self, requests: &[RequestV1], first: &[String]) {
        let before = self.state();
        for _ in 0..10 {
            assert_eq!(self.send_all(requests), first);
        }
        for (request, answer) in requests.iter().zip(first).rev() {
            assert_eq!(self.send(request), *answer);
        }
        self.restart();
        assert_eq!(self.send_all(requests), first, "restarted");
        assert_eq!(self.state(), before, "one effect");
    }
}

/// TRANSPORT-12.
#[test]
fn votes_are_given_once_and_told_as_often_as_asked() {
    let mut scene = Scene::open();
    let before = scene.state().0.len();
    let requests = scene.votes();
    let first = scene.send_all(&requests);
    assert!(first.iter().all(|answer| answer.starts_with("Voted")), "{first:?}");
    assert_eq!(scene.state().0.len(), before + requests.len());
    scene.repeat(&requests, &first);
}

/// TRANSPORT-12.
#[test]
fn certificates_are_booked_once_and_evaluated_as_often_as_asked() {
    let mut scene = Scene::open();
    let votes = scene.votes();
    scene.send_all(&votes);
    // The certificates' votes are the asked witness's own and those of two others, who are not asked.
    let before = scene.state().0.len();
    let requests = scene.certificates();
    let first = scene.send_all(&requests);
    assert_eq!(scene.state().0.len(), before + requests.len());
    scene.repeat(&requests, &first);
    // A vote asked for after the certificate is answered with it, each time.
    let late = scene.send_all(&votes);
    assert_eq!(late, first);
    scene.repeat(&votes, &late);
}

/// WITNESS-31
#[test]
fn a_certified_order_is_answered_before_anything_else_in_the_request_is_looked_at() {
    let mut scene = Scene::open();
    let certificates = scene.certificates();
    let first = scene.send_all(&certificates);
    for (request, answer) in scene.votes().into_iter().zip(&first) {
        let RequestV1::Vote(mut request) = request else { panic!("no vote is asked for") };
        request.column = None;
        request.signed.authorization = Authorization::Store(Signature([0; 64]));
        assert_eq!(scene.send(&RequestV1::Vote(request)), *answer);
    }
    for (request, answer) in certificates.into_iter().zip(&first) {
        let RequestV1::Certify(mut certified) = request else { panic!("no certificate is shown") };
        certified.certificate.votes = Bounded::default();
        assert_eq!(scene.send(&RequestV1::Certify(certified)), *answer);
    }
}

#[test]
fn a_certificate_before_the_vote_has_the_same_end_as_after_it() {
    let mut scene = Scene::open();
    let requests: Vec<RequestV1> = scene.certificates();
    // Witness 4 voted for none of these: the first three did, by word of the certificates.
    let answers: Vec<String> =
        requests.iter().map(|request| settled(&scene.town.ask(ASKER, 4, request.clone()))).collect();
    let votes: Vec<RequestV1> = scene
        .orders
        .iter()
        .map(|signed| RequestV1::Vote(orders::request(&scene.town.federation, 4, signed, &[])))
        .collect();
    let late: Vec<String> = votes.iter().map(|request| settled(&scene.town.ask(ASKER, 4, request.clone()))).collect();
    assert_eq!(late, answers);
    assert_eq!(scene.town.certified(4).len(), 3);
}

#[test]
fn questions_change_nothing_and_have_one_answer() {
    let mut scene = Scene::open();
    let (votes, certificates) = (scene.votes(), scene.certificates());
    scene.send_all(&votes);
    scene.send_all(&certificates);
    let requests = scene.questions();
    let first = scene.send_all(&requests);
    scene.repeat(&requests, &first);
}

#[test]
fn an_order_submitted_through_every_store_again_and_again_is_one_order() {
    let scene = Scene::open();
    let town = &scene.town;
    for signed in scene.orders.iter().filter(|signed| signed.order.store.0 != ASKER) {
        let answers: Vec<_> = (0..3).flat_map(|_| 1..=4).map(|store| town.submit(store, signed)).collect();
        assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
        federation::eventually("everybody holds the certificate", || {
            (1..=4).all(|store| town.has_certified(store, signed))
        });
    }
    for store in 1..=4 {
        assert_eq!(town.certified(store).len(), 1);
        assert_eq!(town.books(store), town.books(1));
    }
}
