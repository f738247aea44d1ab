//! Claims of refunds: what is signed, by whom, and what a store refuses.

use ronde_protocol::{
    crypto::{
        coin::CoinSecret,
        spend::{SpendPurpose, SpendSignature, sign},
    },
    message::{
        ids::{KeysetId, StoreId},
        order::{Order, Output, Outputs, Purpose},
        refund::RefundClaim,
    },
};
use ronde_vectors::file::{Group, Test};
use serde_json::{Value, json};

use super::{
    coins::{body, coin, input, output, points},
    world::{KEYSET, ONE, World, bytes, entropy, list, shown},
};
use crate::vectors::{
    case::{Case, case, group},
    draw,
};

type Tests = Vec<Result<Test, String>>;

/// Coins 1 and 2 paid 11 of 12 points to store 2; they come back as coins 21 to 23.
struct Owed {
    world: World,
    refunded: Order,
    keys: Vec<CoinSecret>,
    claim: RefundClaim,
}

/// Claims, and how they are signed.
pub fn suite() -> Result<Vec<Group>, String> {
    let owed = Owed::new();
    Ok(vec![group("refund-claim", owed.claims())?, group("refund-claim-sign", owed.signed())?])
}

fn coins_of(numbers: &[(u64, u64)]) -> Outputs {
    let mut all: Vec<Output> =
        numbers.iter().map(|(number, denomination)| output((*number, points(*denomination)))).collect();
    all.sort_by_key(|output| output.blinded);
    list(all)
}

impl Owed {
    fn new() -> Self {
        let world = World::new(&ONE);
        let refunded = body(&world, 2, Purpose::Redeem, &[(1, points(8)), (2, points(4))], &[(11, points(1))]);
        let mut numbers = [1, 2];
        numbers.sort_by_key(|number| input((*number, points(8))).point);
        let claim = RefundClaim {
            federation: world.id(),
            store: refunded.store,
            order: refunded.digest(),
            keyset: KEYSET,
            outputs: coins_of(&[(21, 8), (22, 2), (23, 1)]),
        };
        Self { world, refunded, keys: numbers.map(coin).into(), claim }
    }

    fn sign(&self, claim: &RefundClaim, keys: &[&CoinSecret]) -> SpendSignature {
        claim.sign(keys, entropy("a claim of a refund")).unwrap()
    }

    fn question(&self, claim: &RefundClaim, refunded: &Order, signature: &SpendSignature) -> Value {
        json!({
            "federation": bytes(&claim.federation.0), "store": claim.store.0, "order": bytes(&claim.order.0),
            "refunded": shown(refunded), "keyset": claim.keyset.0, "outputs": shown(&claim.outputs),
            "signature": shown(signature),
        })
    }

    fn about(
        &self,
        (slug, rule, comment): (&str, &'static str, &str),
        claim: &RefundClaim,
        refunded: &Order,
        signature: &SpendSignature,
    ) -> Case {
        case("refund-claim", slug, rule, comment, self.question(claim, refunded, signature))
    }

    fn claims(&self) -> Tests {
        let mut tests = self.good();
        tests.extend(self.covered());
        tests.extend(self.by_others());
        tests
    }

    fn both(&self) -> Vec<&CoinSecret> {
        self.keys.iter().collect()
    }

    fn good(&self) -> Tests {
        let elsewhere = RefundClaim { keyset: KeysetId(7), ..self.claim.clone() };
        let nothing = RefundClaim { outputs: Outputs::default(), ..self.claim.clone() };
        let of = |about, claim: &RefundClaim| {
            let signature = self.sign(claim, &self.both());
            self.about(about, claim, &self.refunded, &signature).gives(json!({"digest": bytes(&claim.digest())}))
        };
        vec![
            of(("good", "SPEND-11", "Signed by both coins' keys, in the order of the inputs."), &self.claim),
            of(
                (
                    "another-keyset-asked",
                    "STORE-38",
                    "The wallet chooses the keyset; whether it is open is looked at later.",
                ),
                &elsewhere,
            ),
            of(("no-outputs", "STORE-38", "Outputs are compared with the grant later."), &nothing),
        ]
    }

    /// Every member of what is signed, changed on the way.
    fn covered(&self) -> Tests {
        let claim = || self.claim.clone();
        let good = self.sign(&self.claim, &self.both());
        let wrong = |slug, rule, comment, claim: RefundClaim| {
            let of = self.about((slug, rule, comment), &claim, &self.refunded, &good);
            of.refused(json!({"error": "bad-signature"}))
        };
        let mut federation = self.world.id();
        federation.0[0] ^= 1;
        let (strange, fewer) = (coins_of(&[(31, 8), (32, 2), (33, 1)]), coins_of(&[(21, 8), (22, 2)]));
        vec![
            wrong("other-federation", "SPEND-11", "The federation is covered.", RefundClaim { federation, ..claim() }),
            wrong("other-store", "SPEND-11", "The store is covered.", RefundClaim { store: StoreId(3), ..claim() }),
            wrong("other-keyset", "STORE-38", "The keyset is covered.", RefundClaim { keyset: KeysetId(2), ..claim() }),
            wrong(
                "other-outputs",
                "STORE-38",
                "Coins of somebody else in their place.",
                RefundClaim { outputs: strange, ..claim() },
            ),
            wrong("one-output-less", "STORE-38", "A coin is left out.", RefundClaim { outputs: fewer, ..claim() }),
        ]
    }

    /// Signatures of others, or for something else, and bodies of other orders.
    fn by_others(&self) -> Tests {
        let Self { world, refunded, claim, .. } = self;
        let both = self.both();
        let good = self.sign(claim, &both);
        let by = |slug, rule, comment, signature: SpendSignature| {
            let of = self.about((slug, rule, comment), claim, refunded, &signature);
            of.refused(json!({"error": "bad-signature"}))
        };
        let as_order = sign(SpendPurpose::Order, &both, &claim.digest(), entropy("as an order")).unwrap();
        let of_order = sign(SpendPurpose::Order, &both, &refunded.digest().0, entropy("of the order")).unwrap();
        let keyless = body(world, 2, Purpose::Earn, &[], &[(11, points(1))]);
        let for_keyless = RefundClaim { order: keyless.digest(), ..claim.clone() };
        let later = Order { time: 1, ..refunded.clone() };
        vec![
            by("one-key", "SPEND-2", "One of two keys signed.", self.sign(claim, &both[..1])),
            by("swapped-keys", "SPEND-2", "The keys in another order.", self.sign(claim, &[both[1], both[0]])),
            by("other-keys", "STORE-38", "Whoever reads logs has other keys.", self.sign(claim, &[&coin(3), &coin(4)])),
            by("as-an-order", "SPEND-3", "Signed for the purpose order.", as_order),
            by("of-the-order", "SPEND-3", "The payment's own signature.", of_order),
            self.about(("other-body", "SPEND-11", "The body is of another order."), claim, &later, &good)
                .refused(json!({"error": "unknown"})),
            self.about(("no-inputs", "SPEND-6", "An order without inputs has no keys."), &for_keyless, &keyless, &good)
                .refused(json!({"error": "bad-signature"})),
        ]
    }

    fn signed(&self) -> Tests {
        let of = |slug, comment, claim: &RefundClaim, places: Value| {
            let seed: [u8; 32] = draw::bytes("a wallet's seed");
            let input = json!({
                "seed": bytes(&seed), "federation": bytes(&claim.federation.0), "store": claim.store.0,
                "order": bytes(&claim.order.0), "keyset": claim.keyset.0, "outputs": shown(&claim.outputs),
                "places": places, "entropy": bytes(&draw::bytes::<32>(&format!("entropy {slug}"))),
            });
            case("refund-claim-sign", slug, "SPEND-4", comment, input)
        };
        let at =
            |device: u32, order: u64, slot: u16| json!({"keyset": 1, "device": device, "order": order, "slot": slot});
        vec![
            of("one-coin", "Slot 0 of order 0 of device 0.", &self.claim, json!([at(0, 0, 0)])).valid(),
            of("two-coins", "Two coins, of two devices.", &self.claim, json!([at(2, 17, 3), at(0, 4, 1)])).valid(),
            of("no-coins", "Nobody signs.", &self.claim, json!([])).refused(json!({"error": "no-keys"})),
        ]
    }
}
