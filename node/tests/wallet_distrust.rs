//! A wallet among stores that lie about charters, offers and addresses.

use crate::federation_support;

use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use federation_support::{Federation, KEYSET, Plan, node_seed, planned, sign_charter};
use ronde_node::clock::Clock;
use ronde_node::wallet::charter::nodes;
use ronde_node::wallet::{Session, Trouble};
use ronde_protocol::crypto::sign::SigningKey;
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::charter::{Charter, CharterBody, SignedCharter};
use ronde_protocol::message::codec::{Decode, Encode, decode, encode};
use ronde_protocol::message::ids::{Reference, StoreId};
use ronde_protocol::message::offer::{Offer, SignedOffer};
use ronde_protocol::message::order::{Inputs, Order, Purpose};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// What all stores of the street share.
struct Shared {
    federation: Federation,
    /// The chain that a store shows, if it is not version 1 alone.
    chains: Mutex<BTreeMap<u32, Vec<SignedCharter>>>,
    /// The offer at `/c/o` of store 1.
    offer: Mutex<Option<SignedOffer>>,
    /// Where the grant `moved` of store 1 is said to have gone.
    moved: Mutex<String>,
    /// Who was asked for what.
    asked: Mutex<Vec<(u32, String)>>,
}

/// Four addresses that answer whatever a test wants.
struct Street {
    shared: Arc<Shared>,
    bases: Vec<String>,
    now: u64,
    _runtime: Runtime,
}

fn base64<T: Encode>(value: &T) -> String {
    URL_SAFE_NO_PAD.encode(encode(value))
}

fn from_base64<T: Decode<()> + Encode>(value: &Value) -> T {
    decode(&URL_SAFE_NO_PAD.decode(value.as_str().unwrap()).unwrap(), 1 << 20).unwrap()
}

fn answer(status: u16, body: &Value) -> Response {
    (StatusCode::from_u16(status).unwrap(), body.to_string()).into_response()
}

impl Shared {
    fn answer(&self, store: u32, asked: &str, body: &Value) -> Response {
        self.asked.lock().unwrap().push((store, asked.to_owned()));
        let nothing = json!({ "code": "not-found", "detail": "nothing", "retryable": false });
        match asked {
            "GET /v1/charter" => {
                let chains = self.chains.lock().unwrap();
                let chain = chains.get(&store).cloned().unwrap_or_else(|| vec![self.federation.signed.clone()]);
                answer(200, &json!({ "chain": chain.iter().map(base64).collect::<Vec<_>>() }))
            }
            "GET /v1/grants/g" => answer(200, &json!({ "id": "g", "store": 1, "points": 8, "state": "open" })),
            "POST /v1/grants/g/claim" if body["secret"] == "wrong" => answer(404, &nothing),
            "POST /v1/grants/g/claim" => answer(200, &self.claimed(body)),
            "GET /v1/grants/moved" => {
                let location = self.moved.lock().unwrap().clone();
                (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
            }
            "GET /v1/checkouts/o/offer" => {
                let offer = self.offer.lock().unwrap();
                answer(200, &json!({ "offer": base64(offer.as_ref().unwrap()) }))
            }
            "POST /v1/orders" => {
                let over = json!({ "code": "checkout-expired", "detail": "too late", "retryable": false });
                answer(410, &over)
            }
            _ => answer(404, &nothing),
        }
    }

    /// The certified Earn of whatever is claimed.
    fn claimed(&self, body: &Value) -> Value {
        let order = Order {
            federation: self.federation.id(),
            keyset: KEYSET,
            store: StoreId(1),
            purpose: Purpose::Earn,
            reference: Reference([3; 32]),
            time: 1,
            inputs: Inputs::default(),
            outputs: from_base64(&body["outputs"]),
        };
        let evaluations = self.federation.evaluations(&order, &self.federation.indices(KEYSET));
        json!({
            "order": base64(&order),
            "certificate": base64(&self.federation.certify(&order)),
            "evaluations": evaluations.iter().map(base64).collect::<Vec<_>>(),
        })
    }
}

impl Street {
    fn open() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let sockets: Vec<TcpListener> = (0..4).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
        let bases: Vec<String> =
            sockets.iter().map(|socket| format!("http://{}", socket.local_addr().unwrap())).collect();
        let now = Clock::System.unix_seconds();
        let shared = Arc::new(Shared {
            federation: planned(&Plan { now, http: bases.clone(), ..Plan::of(4) }),
            chains: Mutex::default(),
            offer: Mutex::default(),
            moved: Mutex::default(),
            asked: Mutex::default(),
        });
        for (store, socket) in (1..).zip(sockets) {
            let shared = Arc::clone(&shared);
            let serve = move |method: Method, uri: Uri, body: String| {
                let shared = Arc::clone(&shared);
                async move {
                    let body = serde_json::from_str(&body).unwrap_or_default();
                    shared.answer(store, &format!("{method} {}", uri.path()), &body)
                }
            };
            socket.set_nonblocking(true).unwrap();
            runtime.spawn(async move {
                let socket = tokio::net::TcpListener::from_std(socket).unwrap();
                axum::serve(socket, Router::new().fallback(serve)).await.unwrap();
            });
        }
        Self { shared, bases, now, _runtime: runtime }
    }

    fn wallet(&self, folder: &Path) -> Result<Session, Trouble> {
        Session::create(folder, &self.bases[0], Some(&self.shared.federation.id()), None)
    }

    fn show(&self, store: u32, chain: &[&SignedCharter]) {
        self.shared.chains.lock().unwrap().insert(store, chain.iter().map(|one| (*one).clone()).collect());
    }

    fn offer(&self, store: u32, key: &SigningKey) {
        let offer = Offer {
            federation: self.shared.federation.id(),
            store: StoreId(store),
            nonce: [1; 32],
            max: Points(8),
            step: Points(1),
            expiry: self.now + 900,
            time: self.now,
        };
        *self.shared.offer.lock().unwrap() = Some(offer.sign(key));
    }

    fn asked(&self, what: &str) -> Vec<u32> {
        let asked = self.shared.asked.lock().unwrap();
        asked.iter().filter(|(_, asked)| asked == what).map(|(store, _)| *store).collect()
    }
}

/// The version after another, with a new end.
fn after(before: &SignedCharter, expires: u64, stewards: &[u8]) -> SignedCharter {
    let body = CharterBody {
        genesis: None,
        version: before.body.version + 1,
        previous: before.body.hash(),
        expires,
        ..before.body.clone()
    };
    sign_charter(body, stewards)
}

/// WALLET-6.
#[test]
fn a_wallet_does_not_start_if_two_stores_show_different_charters() {
    let (street, folder) = (Street::open(), tempfile::tempdir().unwrap());
    let first = &street.shared.federation.signed;
    let (second, twin) = (after(first, street.now + 1000, &[1, 2]), after(first, street.now + 2000, &[1, 2]));
    street.show(1, &[first, &second]);
    (2..=4).for_each(|store| street.show(store, &[first, &twin]));
    let refused = street.wallet(folder.path()).unwrap_err();
    assert!(matches!(refused, Trouble::TwoCharters { .. }), "{refused}");
    assert!(!folder.path().join("wallet.age").exists());
    // One that is only behind is no liar.
    (2..=4).for_each(|store| street.show(store, &[first]));
    assert_eq!(street.wallet(folder.path()).unwrap().charter().version(), 2);
}

/// WALLET-7.
#[test]
fn a_charter_that_does_not_follow_is_not_taken_and_the_owner_is_told() {
    let (street, folder) = (Street::open(), tempfile::tempdir().unwrap());
    drop(street.wallet(folder.path()).unwrap());
    let first = &street.shared.federation.signed;
    let by_one = after(first, street.now + 1000, &[1]);
    assert!(Charter::genesis(first.clone()).unwrap().succeed(by_one.clone()).is_err());
    (1..=4).for_each(|store| street.show(store, &[first, &by_one]));
    // As if it had been a while.
    let settings = json!({ "node": street.bases[0], "charter_checked": 0 });
    std::fs::write(folder.path().join("settings.json"), settings.to_string()).unwrap();
    let mut wallet = Session::open(folder.path(), None, || Err(Trouble::PassphraseNeeded)).unwrap();
    wallet.resume().unwrap();
    assert_eq!(wallet.charter().version(), 1);
    assert!(wallet.warnings.iter().any(|warning| warning.contains("does not follow")), "{:?}", wallet.warnings);
}

/// WALLET-22.
#[test]
fn an_offer_is_paid_only_under_the_signature_of_the_store_whose_address_it_has() {
    let (street, folder) = (Street::open(), tempfile::tempdir().unwrap());
    let mut wallet = street.wallet(folder.path()).unwrap();
    wallet.claim(&format!("{}/g/g#secret", street.bases[0])).unwrap();
    let link = format!("{}/c/o", street.bases[0]);
    street.offer(1, &node_seed(StoreId(2)).node_key());
    let refused = wallet.pay(&link, None, &[]).unwrap_err();
    assert!(matches!(refused, Trouble::Offer(_)), "{refused}");
    street.offer(2, &node_seed(StoreId(2)).node_key());
    let refused = wallet.pay(&link, None, &[]).unwrap_err();
    assert!(matches!(refused, Trouble::OtherStore { .. }), "{refused}");
    assert!(wallet.wallet().pending().is_empty() && street.asked("POST /v1/orders").is_empty());
    street.offer(1, &node_seed(StoreId(1)).node_key());
    let refused = wallet.pay(&link, None, &[]).unwrap_err();
    assert!(matches!(refused, Trouble::Refused { .. }), "this one is sent: {refused}");
}

/// WALLET-25, WALLET-33.
#[test]
fn a_payment_goes_to_the_store_concerned_and_not_past_it_if_its_checkout_is_over() {
    let (street, folder) = (Street::open(), tempfile::tempdir().unwrap());
    let mut wallet = street.wallet(folder.path()).unwrap();
    wallet.claim(&format!("{}/g/g#secret", street.bases[0])).unwrap();
    assert_eq!(street.asked("POST /v1/grants/g/claim"), [1]);
    street.offer(1, &node_seed(StoreId(1)).node_key());
    let refused = wallet.pay(&format!("{}/c/o", street.bases[0]), Some(Points(8)), &[]).unwrap_err();
    assert!(matches!(&refused, Trouble::Refused { problem, .. } if problem.code == "checkout-expired"), "{refused}");
    assert_eq!(street.asked("POST /v1/orders"), [1]);
    assert_eq!(wallet.wallet().pending().len(), 1, "it is signed, so it stays");
    // Its owner was told, and insists.
    wallet.resume().unwrap();
    let through: BTreeSet<u32> = street.asked("POST /v1/orders").into_iter().collect();
    assert_eq!(through.len(), 4);
}

/// HTTP-18 makes a wrong secret look like no grant, and nothing else would ever end the claim.
#[test]
fn a_claim_with_a_wrong_secret_is_withdrawn_and_the_right_one_still_claims() {
    let (street, folder) = (Street::open(), tempfile::tempdir().unwrap());
    let mut wallet = street.wallet(folder.path()).unwrap();
    let refused = wallet.claim(&format!("{}/g/g#wrong", street.bases[0])).unwrap_err();
    assert!(matches!(&refused, Trouble::Refused { problem, .. } if problem.code == "not-found"), "{refused}");
    assert!(wallet.wallet().pending().is_empty(), "nothing is left open");
    wallet.claim(&format!("{}/g/g#secret", street.bases[0])).unwrap();
    assert_eq!(wallet.spendable(), Points(8));
}

/// WALLET-33.
#[test]
fn what_concerns_no_store_goes_through_any() {
    let street = Street::open();
    let charter = &street.shared.federation.charter;
    let firsts: BTreeSet<String> = (0..128).map(|_| nodes(charter).unwrap().remove(0)).collect();
    // One of four is missed by 128 draws in less than one of 10^15 runs.
    assert_eq!(firsts, street.bases.iter().cloned().collect());
}

/// WALLET-34.
#[test]
fn a_redirect_is_not_followed() {
    let (street, folder) = (Street::open(), tempfile::tempdir().unwrap());
    let mut wallet = street.wallet(folder.path()).unwrap();
    *street.shared.moved.lock().unwrap() = format!("{}/v1/grants/g", street.bases[1]);
    let refused = wallet.claim(&format!("{}/g/moved#secret", street.bases[0])).unwrap_err();
    assert!(matches!(refused, Trouble::BadAnswer { .. }), "{refused}");
    assert_eq!(street.asked("GET /v1/grants/moved"), [1]);
    assert!(street.asked("GET /v1/grants/g").is_empty());
}
