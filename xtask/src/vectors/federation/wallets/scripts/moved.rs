//! Coins move: one committee certifies, another evaluates.

use ronde_protocol::message::{
    certificate::Certificate,
    class::Kind,
    evaluation::Evaluation,
    evidence::Evidence,
    ids::StoreId,
    order::{Order, Purpose},
};
use ronde_vectors::file::Test;
use serde_json::{Value, json};

use super::{
    super::super::{
        coins::points,
        world::{KEYSET, LATER, LATEST, NOW, World, bytes, node_seed, shown},
    },
    super::{earned, terms},
    At, Plays, all, answer, came, coin, component, listed, number, open, play, spending, stands,
};

const ALL: [u8; 4] = [0, 1, 2, 3];

/// 12 points in the first keyset, of which the coin of 8 moves.
struct Moved {
    earned: Order,
    order: Order,
    /// The coins of 8 and of 4, and that of 8 in the later keyset.
    coins: [(At, Kind); 3],
}

impl Moved {
    fn new(world: &World) -> Self {
        let [eight, four] = [8, 4].map(points);
        let coins = [((KEYSET, 0, 0, 0), eight), ((KEYSET, 0, 0, 1), four), ((LATER, 0, 0, 0), eight)];
        let order = spending(world, Purpose::Swap, &coins[..1], (LATER, 0, 0), &[eight]);
        Self { earned: earned(world, 0, &[eight, four]), order, coins }
    }

    /// 12 points are claimed and come.
    fn begin(&self, world: &World) -> [Value; 2] {
        let (certificate, evaluations) = came(world, &self.earned, &all(KEYSET));
        [
            json!({"claim": {"terms": terms(12), "keyset": KEYSET.0, "now": NOW}}),
            json!({"claimed": {
                "order": shown(&self.earned), "certificate": shown(&certificate), "evaluations": listed(&evaluations),
                "now": NOW,
            }}),
        ]
    }

    fn step(denomination: u64) -> Value {
        json!({"move": {"keyset": KEYSET.0, "denomination": denomination, "into": LATER.0, "now": NOW}})
    }

    fn begun(&self) -> [Value; 2] {
        [json!({}), stands(&self.earned, true, true)]
    }

    /// What the wallet sends: the order, and the columns of all four.
    fn sent(&self, world: &World) -> Value {
        let (at, kind) = self.coins[0];
        let columns = ALL.map(|index| json!({"index": index, "components": [component(world, at, kind, index)]}));
        json!({"order": shown(&self.order), "columns": columns})
    }

    fn four(&self, world: &World) -> Value {
        coin(world, self.coins[1], &ALL, false, None)
    }

    fn later(&self, world: &World, components: &[u8]) -> Value {
        coin(world, self.coins[2], components, false, None)
    }

    fn bound(&self, world: &World) -> Value {
        coin(world, self.coins[0], &ALL, false, Some(self.order.digest()))
    }

    /// The move is made, and this is what comes to it.
    fn then(
        &self,
        world: &World,
        about: (&str, &'static str, &str),
        more: &[Value],
        came: &[Value],
        (coins, open): (Vec<Value>, Vec<Value>),
    ) -> Result<Test, String> {
        let steps = [&self.begin(world)[..], &[Self::step(8)], more].concat();
        let plays = Plays {
            steps: [&self.begun()[..], &[self.sent(world)], came].concat(),
            coins,
            open,
            numbers: vec![number(KEYSET, 1), number(LATER, 1)],
        };
        play(world, about, 0, &steps, &plays)
    }
}

/// Moves, and what comes of them.
pub fn tests(world: &World) -> Vec<Result<Test, String>> {
    let moved = Moved::new(world);
    let mut tests = answered(world, &moved);
    tests.extend(not_moved(world, &moved));
    tests.extend(spoiled(world, &moved));
    tests
}

fn answered(world: &World, moved: &Moved) -> Vec<Result<Test, String>> {
    let digest = moved.order.digest();
    let of = |by: &[_]| answer(&digest, &came(world, &moved.order, by));
    let both = [all(KEYSET), all(LATER)].concat();
    let (four, held) = (moved.four(world), moved.bound(world));
    let later = |components: &[u8]| moved.later(world, components);
    let quorum = [(LATER, 1), (LATER, 2), (LATER, 3)];
    let last = json!({"evaluations": {
        "digest": digest, "evaluations": listed(&came(world, &moved.order, &[(LATER, 0)]).1),
    }});
    let done = |complete| stands(&moved.order, true, complete);
    let early = stands(&moved.order, false, false);
    let signed = open(&moved.order, "signed", &ALL);
    let sent = "The order is signed, its coin bound; a number of the later keyset is used up, none of the earlier.";
    let two = "Certified by one committee, evaluated by the other; the first one's evaluations are of nothing.";
    let alone = "The earlier committee's alone: the coin is there, and can't be spent.";
    let quorate = "Three of the later committee: the coin can be spent.";
    let whole = "Three, and then the fourth alone.";
    vec![
        moved.then(world, ("moved-and-sent", "WALLET-40", sent), &[], &[], (vec![held, four.clone()], vec![signed])),
        moved.then(
            world,
            ("moved", "WALLET-36", two),
            &[of(&both)],
            &[done(true)],
            (vec![four.clone(), later(&ALL)], Vec::new()),
        ),
        moved.then(
            world,
            ("moved-not-evaluated", "WALLET-36", alone),
            &[of(&all(KEYSET))],
            &[early],
            (vec![four.clone(), later(&[])], vec![open(&moved.order, "certified", &[])]),
        ),
        moved.then(
            world,
            ("moved-with-a-quorum", "WALLET-30", quorate),
            &[of(&quorum)],
            &[done(false)],
            (vec![four.clone(), later(&[1, 2, 3])], vec![open(&moved.order, "completing", &[])]),
        ),
        moved.then(
            world,
            ("moved-and-completed", "WALLET-31", whole),
            &[of(&quorum), last],
            &[done(false), done(true)],
            (vec![four, later(&ALL)], Vec::new()),
        ),
    ]
}

fn not_moved(world: &World, moved: &Moved) -> Vec<Result<Test, String>> {
    let rest = [moved.coins[0], moved.coins[1]].map(|of| coin(world, of, &ALL, false, None));
    let nowhere = json!({"move": {"keyset": LATEST.0, "denomination": 8, "into": LATEST.0, "now": NOW}});
    let cases = [
        ("nothing-to-move", "WALLET-40", "No coin of 2 points.", Moved::step(2), "nothing"),
        ("no-later-keyset", "WALLET-37", "Out of the last keyset.", nowhere, "no-open-keyset"),
    ];
    let refused = |(slug, rule, comment, step, error)| {
        let plays = Plays {
            steps: [&moved.begun()[..], &[json!({"error": error})]].concat(),
            coins: rest.to_vec(),
            open: Vec::new(),
            numbers: vec![number(KEYSET, 1)],
        };
        play(world, (slug, rule, comment), 0, &[&moved.begin(world)[..], &[step]].concat(), &plays)
    };
    cases.map(refused).into()
}

fn spoiled(world: &World, moved: &Moved) -> Vec<Result<Test, String>> {
    let digest = moved.order.digest();
    let (certificate, evaluations) = came(world, &moved.order, &all(LATER));
    let marking = node_seed(StoreId(99)).witness_keys(&world.id(), LATER).unwrap();
    let marked = world.evaluate_with(&moved.order, LATER, 2, &marking);
    let proof = Evidence::BadEvaluation { order: moved.order.clone(), evaluation: marked.clone() };
    let as_earlier = Evaluation { keyset: KEYSET, ..evaluations[2].clone() };
    let with = |third: Evaluation| {
        let mut given = evaluations.clone();
        given[2] = third;
        answer(&digest, &(certificate.clone(), given))
    };
    let quorate = |evidence: Value| json!({"digest": digest, "usable": true, "complete": false, "spoiled": 0, "evidence": evidence});
    let by_later = world.certificate(LATER, &[0, 1, 2], &digest);
    let named = Certificate { keyset: KEYSET, ..by_later.clone() };
    let refusing = |certificate: Certificate| answer(&digest, &(certificate, evaluations.clone()));
    let less =
        || (vec![moved.four(world), moved.later(world, &[0, 1, 3])], vec![open(&moved.order, "completing", &[])]);
    let unchanged = || (vec![moved.bound(world), moved.four(world)], vec![open(&moved.order, "signed", &ALL)]);
    let skipped = "An evaluation of the later committee in the earlier one's name: of no output, so it is skipped.";
    let cheat = "A witness of the later committee marks the coin: kept as evidence.";
    let other = "The later committee's certificate proves nothing: the order is of the earlier keyset.";
    let renamed = "The same votes in the earlier keyset's name.";
    let evidence = json!([bytes(&proof.id())]);
    let mut tests = vec![
        moved.then(world, ("moved-and-marked", "WALLET-29", cheat), &[with(marked)], &[quorate(evidence)], less()),
        moved.then(
            world,
            ("evaluated-in-another-name", "WALLET-36", skipped),
            &[with(as_earlier)],
            &[quorate(json!([]))],
            less(),
        ),
    ];
    let refusals = [
        ("certified-by-the-later-committee", other, by_later, json!({"error": "other-keyset"})),
        ("certified-in-another-name", renamed, named, json!({"error": "bad-signature", "index": 0})),
    ];
    tests.extend(refusals.map(|(slug, comment, certificate, error)| {
        moved.then(world, (slug, "WALLET-27", comment), &[refusing(certificate)], &[error], unchanged())
    }));
    tests
}
