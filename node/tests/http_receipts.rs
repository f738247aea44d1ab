//! Receipts: sealed as they come, handed over, and forgotten.

use crate::http_support;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http_support::federation_support::DAY;
use http_support::orders::{claim, points};
use http_support::{Node, Reply};
use ronde_node::shop::Outcome;
use ronde_node::store::Table;
use ronde_protocol::message::receipt;
use serde_json::{Value, json};

const TEXT: &str = "Shop 1\n2 croissants aux amandes 5,60\nMerci, à bientôt";

/// A grant or basket with a receipt: its path, and the secret of its link.
struct Carrier {
    path: String,
    secret: String,
}

impl Carrier {
    fn of(kind: &str, made: &Reply) -> Self {
        assert_eq!(made.status, 201, "{made:?}");
        let link = made.json.get("claim_url").or_else(|| made.json.get("url")).unwrap().as_str().unwrap().to_owned();
        let (_, secret) = link.split_once('#').unwrap();
        Self { path: format!("/v1/{kind}/{}", made.text("id")), secret: secret.to_owned() }
    }

    fn grant(node: &Node, till: &str) -> Self {
        let body = json!({ "points": 8, "reference": "r", "receipt": TEXT });
        Self::of("grants", &node.post_once("/v1/grants", till, "key", &body))
    }

    fn basket(node: &Node, till: &str) -> Self {
        let body = json!({
            "total_cents": 560, "eligible_cents": 0, "max_points": 0, "step": 1, "reference": "r", "receipt": TEXT,
        });
        Self::of("baskets", &node.post_once("/v1/baskets", till, "other key", &body))
    }

    fn claim(&self, node: &Node) -> Reply {
        node.post_open(&format!("{}/claim", self.path), &claim(&self.secret, &[points(8)], 1))
    }

    fn received(&self, node: &Node, secret: &str) -> Reply {
        node.post_open(&format!("{}/received", self.path), &json!({ "secret": secret }))
    }

    fn open(&self, handed: Option<&Value>) -> Option<String> {
        let sealed = URL_SAFE_NO_PAD.decode(handed?.as_str().unwrap()).unwrap();
        let secret = URL_SAFE_NO_PAD.decode(&self.secret).unwrap();
        Some(receipt::open(&secret.try_into().unwrap(), &sealed).unwrap().to_string())
    }
}

fn start() -> (Node, String) {
    let node = Node::start();
    let till = node.till("counter", &["grant", "redeem"]);
    (node, till)
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(future)
}

/// How many receipts there are once those were deleted whose time is over.
fn left(node: &Node) -> usize {
    run(node.shop.drop_receipts()).unwrap();
    let entries = node.entries(Table::Receipt);
    assert_eq!(entries % 2, 0, "a receipt and its time");
    entries / 2
}

/// RECEIPT-1, RECEIPT-4, RECEIPT-6.
#[test]
fn a_claim_hands_the_receipt_over_until_the_wallet_says_that_it_has_it() {
    let (node, till) = start();
    let grant = Carrier::grant(&node, &till);
    node.desk.answer_next(Ok(Outcome::Pending { votes: 1 }));
    for status in [202, 200, 200] {
        let claimed = grant.claim(&node);
        assert_eq!(claimed.status, status);
        assert_eq!(grant.open(claimed.json.get("receipt")).as_deref(), Some(TEXT));
    }
    let shown = node.get(&grant.path);
    assert_eq!(shown.json.get("receipt"), None, "whoever knows the id alone is handed nothing");
    assert_eq!(grant.received(&node, &"A".repeat(43)).problem(), "not-found");
    assert_eq!(left(&node), 1);
    for _ in 0..2 {
        assert_eq!(grant.received(&node, &grant.secret).status, 204);
        assert_eq!((left(&node), grant.claim(&node).json.get("receipt")), (0, None));
    }
    assert_eq!(
        node.post_open("/v1/grants/AAAAAAAAAAAAAAAAAAAAAA/received", &json!({ "secret": grant.secret })).status,
        404
    );
}

/// RECEIPT-4, HTTP-35.
#[test]
fn a_basket_hands_the_receipt_over_once_it_is_complete_also_if_it_earns_nothing() {
    let (node, till) = start();
    let basket = Carrier::basket(&node, &till);
    let offer = || node.get(&format!("{}/offer", basket.path)).json;
    assert_eq!(offer().get("receipt"), None);
    assert_eq!(node.post(&format!("{}/complete", basket.path), &till, &json!({})).status, 200);
    assert_eq!(basket.open(offer().get("receipt")).as_deref(), Some(TEXT));
    assert_eq!(basket.received(&node, &"A".repeat(43)).problem(), "not-found");
    assert_eq!(basket.received(&node, &basket.secret).status, 204);
    assert_eq!((left(&node), offer().get("receipt")), (0, None));
}

/// RECEIPT-6.
#[test]
fn a_receipt_is_deleted_when_it_is_no_use_any_more_and_after_a_week_at_most() {
    let (node, till) = start();
    let (first, basket) = (Carrier::grant(&node, &till), Carrier::basket(&node, &till));
    assert_eq!(first.claim(&node).status, 200);
    node.hand.advance(3_599_000);
    assert_eq!(left(&node), 2);
    node.hand.advance(1000);
    assert_eq!((left(&node), first.claim(&node).json.get("receipt")), (1, None), "an hour after the claim");
    node.hand.advance((7 * DAY - 3601) * 1000);
    assert_eq!(left(&node), 1);
    node.hand.advance(1000);
    assert_eq!(left(&node), 0, "seven days after it was made");
    assert_eq!(node.get(&format!("{}/offer", basket.path)).status, 200);

    let body = json!({ "points": 8, "reference": "r", "receipt": TEXT, "expires_in": 60 });
    let withdrawn = Carrier::of("grants", &node.post("/v1/grants", &till, &body));
    let expired = Carrier::of("grants", &node.post("/v1/grants", &till, &body));
    assert_eq!((left(&node), node.delete(&withdrawn.path, &till).status), (2, 204));
    assert_eq!(left(&node), 1);
    node.hand.advance(60_000);
    assert_eq!((&node.get(&expired.path).json["state"], left(&node)), (&json!("expired"), 0));
    let offer = json!({
        "total_cents": 560, "eligible_cents": 0, "max_points": 100, "step": 1, "reference": "r", "receipt": TEXT,
    });
    let cancelled = Carrier::of("baskets", &node.post("/v1/baskets", &till, &offer));
    assert_eq!((left(&node), node.delete(&cancelled.path, &till).status), (1, 204));
    assert_eq!(left(&node), 0);
}

/// RECEIPT-3: neither the text nor a word of it, nor a hash of it, is in the database at any time.
#[test]
fn the_text_of_a_receipt_is_nowhere_in_the_database() {
    let (node, till) = start();
    // What a search has to find.
    let reason = json!({ "points": 1, "reference": "r", "reason": "six croissants" });
    assert_eq!(node.post("/v1/grants", &till, &reason).status, 201);
    let (grant, basket) = (Carrier::grant(&node, &till), Carrier::basket(&node, &till));
    let hashes = [*blake3::hash(TEXT.as_bytes()).as_bytes(), {
        use sha2::Digest as _;
        sha2::Sha256::digest(TEXT.as_bytes()).into()
    }];
    let search = || {
        let stored = node.stored_bytes();
        let holds = |needle: &[u8]| stored.windows(needle.len()).any(|window| window == needle);
        assert!(holds(b"six croissants"), "the search finds what is there");
        for needle in [TEXT, "croissants aux amandes", "à bientôt", "5,60", &URL_SAFE_NO_PAD.encode(TEXT)] {
            assert!(!holds(needle.as_bytes()), "{needle}");
        }
        hashes.iter().for_each(|hash| assert!(!holds(hash)));
    };
    search();
    assert_eq!(grant.claim(&node).status, 200);
    assert_eq!(node.post(&format!("{}/complete", basket.path), &till, &json!({})).status, 200);
    search();
    for carrier in [grant, basket] {
        assert_eq!(carrier.received(&node, &carrier.secret).status, 204);
    }
    search();
    assert_eq!(left(&node), 0);
}
