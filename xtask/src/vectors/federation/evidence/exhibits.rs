//! What an auditor shows: entries of logs, certified orders that break a rule, two bodies of a store.

use ronde_protocol::{
    crypto::merkle,
    machine::audit::{Exhibit, Logged, LoggedEntry},
    message::{
        certificate::Certificate,
        class::Kind,
        evidence::Evidence,
        head::Head,
        ids::{KeysetId, OfferId, WitnessIndex},
        log::{CertifiedOrder, LogEntry},
        order::{Order, Purpose, SignedOrder},
        statement::ClosingStatement,
    },
};
use ronde_vectors::file::Test;
use serde_json::{Value, json};

use super::{
    super::{
        coins::{body, by_store, earn, points, redeem},
        world::{KEYSET, World, list, shown},
    },
    ACCUSED, certified, leaves, refused,
};
use crate::vectors::case::{Case, case};

/// Exhibits that convict, and such that do not.
pub fn tests(world: &World) -> Vec<Result<Test, String>> {
    let mut tests = logged(world);
    tests.extend(pairs(world));
    tests.extend(orders(world));
    tests.extend(stores(world));
    tests.extend(closings(world));
    tests
}

fn of(world: &World, slug: &str, rule: &'static str, comment: &str, exhibit: &Exhibit) -> Case {
    case("exhibit", slug, rule, comment, json!({"charters": world.shown(), "exhibit": shown(exhibit)}))
}

fn accused(offence: &str) -> Value {
    json!({"offence": offence, "culprits": [{"witness": ACCUSED.0}]})
}

/// Entries of a log, some of which are shown.
fn log(world: &World, entries: &[LogEntry], at: &[usize]) -> Logged {
    let leaves = leaves(entries);
    let size = u64::try_from(leaves.len()).unwrap();
    let key = world.keys(KEYSET, ACCUSED.0).vote;
    let head = Head::sign(&key, world.keyset(KEYSET), ACCUSED, size, merkle::root_of(&leaves));
    let entries =
        at.iter().map(|at| LoggedEntry { position: u64::try_from(*at).unwrap(), entry: entries[*at].clone() });
    let mut cutting = merkle::Cutting::around(at.iter().map(|at| u64::try_from(*at).unwrap()));
    leaves.iter().for_each(|leaf| cutting.push(*leaf));
    Logged { keyset: KEYSET, head, subtrees: list(cutting.finish()), entries: list(entries) }
}

fn logged(world: &World) -> Vec<Result<Test, String>> {
    let good = LogEntry::Voted(redeem(world, 1, &[(1, points(2))], &[]));
    let broken = LogEntry::Voted(redeem(world, 1, &[(1, points(2))], &[(11, points(4))]));
    let stolen = {
        let signed = redeem(world, 1, &[(1, points(2))], &[]);
        LogEntry::Voted(SignedOrder { order: Order { time: 1, ..signed.order }, ..signed })
    };
    let of_store = {
        let signed = earn(world, 1, "one", &[(11, points(1))]);
        LogEntry::Voted(SignedOrder { order: Order { time: 1, ..signed.order }, ..signed })
    };
    let behind = LogEntry::Voted(redeem(world, 1, &[(1, Kind::Voucher { offer: OfferId(9) })], &[]));
    let order = redeem(world, 1, &[(1, points(2))], &[]).order;
    let short = Certificate { votes: list([]), ..world.certificate(KEYSET, &[], &order.digest()) };
    let forged = LogEntry::Certified(CertifiedOrder { order: order.clone(), certificate: short });
    let true_one = LogEntry::Certified(certified(world, &order, &[0, 1, 2]));
    let elsewhere = {
        let signed = redeem(world, 1, &[(1, points(2))], &[]);
        LogEntry::Voted(SignedOrder { order: Order { keyset: KeysetId(2), ..signed.order }, ..signed })
    };
    let one = |entry: &LogEntry| Exhibit::Logged(log(world, &[good.clone(), entry.clone()], &[1]));
    let show = |slug, comment, entry: &LogEntry| of(world, slug, "EVIDENCE-14", comment, &one(entry));
    let mut unsigned = log(world, &[good.clone(), broken.clone()], &[1]);
    unsigned.head.size = 3;
    let mut misplaced = log(world, &[good.clone(), broken.clone()], &[1]);
    misplaced.entries = list([LoggedEntry { position: 0, entry: broken.clone() }]);
    let mut cut = log(world, &[good.clone(), broken.clone()], &[0]);
    cut.subtrees = list([]);
    vec![
        show("logged-broken-rule", "A vote for an order that makes points.", &broken).gives(accused("bad-vote")),
        show("logged-bad-signature", "A vote for an order that its owner did not sign.", &stolen)
            .gives(accused("bad-vote")),
        show("logged-other-keyset", "A vote for an order of another keyset.", &elsewhere).gives(accused("bad-vote")),
        show("logged-bad-certificate", "A certificate without votes.", &forged).gives(accused("bad-certificate")),
        show("logged-good-vote", "A vote that is in order.", &good).refused(refused("in-order")),
        show("logged-good-certificate", "A certificate that is in order.", &true_one).refused(refused("in-order")),
        of(
            world,
            "logged-store-signature",
            "EVIDENCE-18",
            "A store's wrong signature: its key may have been changed since.",
            &one(&of_store),
        )
        .refused(refused("in-order")),
        of(world, "logged-behind", "EVIDENCE-16", "A voucher that this charter does not know.", &one(&behind))
            .refused(refused("unknown")),
        of(world, "logged-unsigned-head", "EVIDENCE-14", "A size that nobody signed.", &Exhibit::Logged(unsigned))
            .refused(refused("not-signed")),
        of(
            world,
            "logged-at-another-position",
            "EVIDENCE-14",
            "The entry is not that of the position.",
            &Exhibit::Logged(misplaced),
        )
        .refused(refused("not-signed")),
        of(world, "logged-subtrees-missing", "EVIDENCE-14", "One leaf of two.", &Exhibit::Logged(cut))
            .refused(refused("not-signed")),
    ]
}

fn pairs(world: &World) -> Vec<Result<Test, String>> {
    let (first, second) = (redeem(world, 1, &[(1, points(2))], &[]), redeem(world, 2, &[(1, points(2))], &[]));
    let apart = redeem(world, 1, &[(3, points(2))], &[]);
    let voted = |signed: &SignedOrder| LogEntry::Voted(signed.clone());
    let true_one = LogEntry::Certified(certified(world, &first.order, &[0, 1, 3]));
    let both = |slug, comment, entries: &[LogEntry], at: &[usize]| {
        of(world, slug, "EVIDENCE-14", comment, &Exhibit::Logged(log(world, entries, at)))
    };
    vec![
        both("logged-double-vote", "Two votes over coin 1.", &[voted(&first), voted(&second)], &[0, 1])
            .gives(accused("double-vote")),
        both(
            "logged-vote-against-certificate",
            "A vote over a coin that its own log holds as spent.",
            &[true_one.clone(), voted(&second)],
            &[0, 1],
        )
        .gives(accused("vote-against-certificate")),
        both(
            "logged-certificate-after-vote",
            "A certificate over a coin that it had voted for: a race.",
            &[voted(&second), true_one],
            &[0, 1],
        )
        .refused(refused("in-order")),
        both("logged-two-good-votes", "Two votes that share nothing.", &[voted(&first), voted(&apart)], &[0, 1])
            .refused(refused("in-order")),
        both("logged-backwards", "The later entry first.", &[voted(&first), voted(&second)], &[1, 0])
            .refused(refused("not-signed")),
        both("logged-nothing", "A log and no entry.", &[voted(&first)], &[])
            .flag("boundary")
            .refused(refused("in-order")),
        {
            let vote = |signed: &SignedOrder| world.vote(KEYSET, ACCUSED.0, &signed.order.digest());
            let evidence = Evidence::DoubleVote {
                first: first.order.clone(),
                first_vote: vote(&first),
                second: second.order.clone(),
                second_vote: vote(&second),
            };
            of(world, "evidence-as-exhibit", "EVIDENCE-3", "A double vote as an exhibit.", &Exhibit::Witness(evidence))
                .gives(accused("double-vote"))
        },
    ]
}

fn orders(world: &World) -> Vec<Result<Test, String>> {
    let show =
        |slug, rule, comment, certified: CertifiedOrder| of(world, slug, rule, comment, &Exhibit::Order(certified));
    let forged = body(world, 1, Purpose::Redeem, &[(1, points(2))], &[(11, points(64))]);
    let good = redeem(world, 1, &[(1, points(2))], &[]).order;
    let behind = redeem(world, 1, &[(1, Kind::Voucher { offer: OfferId(9) })], &[]).order;
    let elsewhere = Order { keyset: KeysetId(2), ..good.clone() };
    let ballot = body(
        world,
        1,
        Purpose::Earn,
        &[],
        &[(11, points(4)), (12, Kind::Ballot { campaign: super::super::world::CAMPAIGN })],
    );
    let voters = json!([{"witness": 0}, {"witness": 1}, {"witness": 3}]);
    let convicted = || json!({"offence": "bad-order", "culprits": voters});
    let mut short = certified(world, &forged, &[0, 1, 3]);
    short.certificate.votes = list(short.certificate.votes.iter().take(2).copied());
    vec![
        show(
            "certified-broken-rule",
            "EVIDENCE-15",
            "Points out of nothing: all who voted for it.",
            certified(world, &forged, &[0, 1, 3]),
        )
        .gives(convicted()),
        show(
            "certified-other-keyset",
            "EVIDENCE-15",
            "An order of another keyset, certified by this one.",
            certified(world, &elsewhere, &[0, 1, 3]),
        )
        .gives(convicted()),
        show("certified-good-order", "EVIDENCE-15", "An order in order.", certified(world, &good, &[0, 1, 3]))
            .refused(refused("in-order")),
        show(
            "certified-behind",
            "EVIDENCE-16",
            "A voucher that this charter does not know.",
            certified(world, &behind, &[0, 1, 3]),
        )
        .refused(refused("unknown")),
        show(
            "certified-ballot",
            "EVIDENCE-16",
            "A ballot with too few points: a later charter may ask fewer.",
            certified(world, &ballot, &[0, 1, 3]),
        )
        .refused(refused("unknown")),
        show("certified-by-too-few", "EVIDENCE-15", "A bad order with two votes.", short)
            .refused(refused("not-signed")),
    ]
}

fn stores(world: &World) -> Vec<Result<Test, String>> {
    let show = |slug, comment, first: SignedOrder, second: SignedOrder| {
        of(world, slug, "EVIDENCE-17", comment, &Exhibit::Store { first, second })
    };
    let (one, other) = (earn(world, 1, "one", &[(11, points(1))]), earn(world, 1, "one", &[(12, points(1))]));
    let changed = SignedOrder { order: Order { time: 1, ..one.order.clone() }, ..one.clone() };
    let paid = redeem(world, 1, &[(1, points(2))], &[]);
    let paid_too = {
        let order = Order { time: paid.order.time + 1, ..paid.order.clone() };
        super::super::coins::by_coins(order, &[1])
    };
    vec![
        show("two-bodies", "Two orders under one grant.", one.clone(), other.clone())
            .gives(json!({"offence": "two-bodies", "culprits": [{"store": 1}]})),
        show("one-body-twice", "The same order twice.", one.clone(), one.clone()).refused(refused("in-order")),
        show("two-grants", "Two grants.", one.clone(), earn(world, 1, "two", &[(12, points(1))]))
            .refused(refused("in-order")),
        show("two-stores", "One reference of two stores.", one.clone(), earn(world, 2, "one", &[(12, points(1))]))
            .refused(refused("in-order")),
        show("body-not-signed", "A body that the store did not sign.", other, changed).refused(refused("not-signed")),
        show("bodies-of-customers", "Two payments under one reference are not the store's.", paid, paid_too)
            .refused(refused("in-order")),
        show(
            "body-that-breaks-a-rule",
            "A signed body without outputs.",
            one,
            by_store(Order { outputs: list([]), ..earn(world, 1, "one", &[]).order }),
        )
        .refused(refused("in-order")),
    ]
}

fn closings(world: &World) -> Vec<Result<Test, String>> {
    let (three, other) = ([1; 32], [2; 32]);
    let head = |index: u8, size, root| {
        Head::sign(&world.keys(KEYSET, index).vote, world.keyset(KEYSET), WitnessIndex(index), size, root)
    };
    let statement = |index: u8, size, root| {
        let key = world.keys(KEYSET, index).vote;
        ClosingStatement::sign(&key, world.keyset(KEYSET), WitnessIndex(index), size, root)
    };
    let closed = statement(ACCUSED.0, 3, three);
    let shown = |slug, comment, statement: ClosingStatement, head: Head| {
        of(world, slug, "EVIDENCE-19", comment, &Exhibit::Closed { statement, head })
    };
    let twice = |slug, comment, first: ClosingStatement, second: ClosingStatement| {
        of(world, slug, "EVIDENCE-19", comment, &Exhibit::ClosedTwice { first, second })
    };
    let spoiled = ClosingStatement { root: other, ..closed };
    vec![
        shown("closed-and-longer", "Four entries after three were closed.", closed, head(ACCUSED.0, 4, other))
            .gives(accused("reopened")),
        shown("closed-and-another", "Three other entries.", closed, head(ACCUSED.0, 3, other))
            .gives(accused("reopened")),
        shown("closed-and-the-same", "The head of what was closed.", closed, head(ACCUSED.0, 3, three))
            .refused(refused("in-order")),
        shown("closed-and-shorter", "A head from before.", closed, head(ACCUSED.0, 2, other))
            .refused(refused("in-order")),
        shown("closed-by-another", "A head of another witness.", closed, head(1, 4, other))
            .refused(refused("in-order")),
        shown("closed-unsigned", "A statement that it did not sign.", spoiled, head(ACCUSED.0, 4, other))
            .refused(refused("not-signed")),
        shown(
            "closed-and-unsigned-head",
            "A head that it did not sign.",
            closed,
            Head { size: 5, ..head(ACCUSED.0, 4, other) },
        )
        .refused(refused("not-signed")),
        shown(
            "closed-in-no-keyset",
            "No such keyset.",
            ClosingStatement { keyset: KeysetId(9), ..closed },
            head(1, 4, other),
        )
        .refused(refused("unknown")),
        twice("closed-twice", "Three entries, and four.", closed, statement(ACCUSED.0, 4, other))
            .gives(accused("reopened")),
        twice("closed-twice-the-same", "One statement twice.", closed, closed).refused(refused("in-order")),
        twice("closed-by-two", "Two witnesses.", closed, statement(1, 4, other)).refused(refused("in-order")),
        twice("closed-twice-unsigned", "One that it did not sign.", closed, spoiled).refused(refused("not-signed")),
    ]
}
