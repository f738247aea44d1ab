//! The HTTP API of a whole node in memory, asked by tills, wallets, administrators and strangers, in any order.

use std::cell::RefCell;
use std::collections::BTreeMap;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use ronde_node::charter_store::CharterStore;
use ronde_node::clock::Clock;
use ronde_node::daemon::{Node, Setup};
use ronde_node::driver::OpenLimits;
use ronde_node::http::Code;
use ronde_node::shop::Caps;
use ronde_node::space::{Disk, Space};
use ronde_node::store::MemoryEngine;
use ronde_protocol::message::{
    codec::encode,
    ids::{Reference, StoreId},
    log::CertifiedOrder,
    offer::SignedOffer,
    order::{Purpose, SignedOrder},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use crate::{
    choices::Choices,
    federation_support::{Federation, KEYSET, NOW, federation, node_seed},
    orders_by_hand::{columns, earn, pay, swap},
};

/// Longer sequences say nothing new and take long.
const MAX_STEPS: usize = 10;
/// Inputs that one node serves, before another takes its place.
const INPUTS_PER_NODE: usize = 400;
/// Longest answer that is read.
const MAX_ANSWER: usize = 8 << 20;

thread_local! {
    static SHOP: RefCell<Option<Shop>> = const { RefCell::new(None) };
}

/// A node that is its own quorum.
struct Shop {
    runtime: Runtime,
    router: TowerToHyperService<axum::Router>,
    federation: Federation,
    admin: String,
    till: String,
    served: usize,
    /// Order numbers used so far.
    coins: u64,
    _folder: TempDir,
}

/// What a sequence has seen.
#[derive(Default)]
struct Seen {
    grants: Vec<(String, String)>,
    checkouts: Vec<String>,
    /// With their secrets.
    baskets: Vec<(String, String)>,
    offers: Vec<SignedOffer>,
    orders: Vec<SignedOrder>,
    /// By key and request, the answer of success.
    once: BTreeMap<(String, String, String), Vec<u8>>,
}

struct Answer {
    status: StatusCode,
    body: Vec<u8>,
    json: Value,
}

impl Shop {
    fn open() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let folder = TempDir::new().expect("a folder");
        let federation = federation(1);
        let charters = CharterStore::create(&folder.path().join("charter"), federation.signed.clone());
        let admin_token = folder.path().join("admin.token");
        let any = ([127, 0, 0, 1], 0).into();
        let setup = Setup {
            store: StoreId(1),
            seed: node_seed(StoreId(1)),
            charters: charters.expect("the tests' charter is valid"),
            engine: Box::new(MemoryEngine::new()),
            database: None,
            quic: any,
            http: any,
            http_connections: 64,
            ops: None,
            tls: None,
            behind_proxy: false,
            manager_hash: folder.path().join("manager.hash"),
            caps: Caps::default(),
            space: Space::new(Disk::Folder(folder.path().to_owned()), 0),
            admin_token: admin_token.clone(),
            feed: std::time::Duration::from_secs(3600),
            pull: std::time::Duration::from_secs(3600),
            patience: std::time::Duration::from_secs(2),
            open_orders: OpenLimits::default(),
            clock: Clock::manual(NOW * 1000).0,
        };
        let router = runtime.block_on(async {
            let node = Node::start(setup).await.expect("a node");
            let router = TowerToHyperService::new(node.router());
            tokio::spawn(node.serve(std::future::pending()));
            router
        });
        let admin = std::fs::read_to_string(admin_token).expect("made at the start").trim().to_owned();
        let mut shop =
            Self { runtime, router, federation, admin, till: String::new(), served: 0, coins: 1, _folder: folder };
        let body = json!({ "name": "counter", "scopes": ["grant", "redeem", "refund", "manager"] });
        let admin = shop.admin.clone();
        let made =
            shop.ask("POST", "/v1/tills", &[("authorization", format!("Bearer {admin}"))], body.to_string().into());
        shop.till = made.json["token"].as_str().expect("a till's token").to_owned();
        shop
    }

    fn ask(&mut self, method: &str, path: &str, headers: &[(&str, String)], body: Vec<u8>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let Ok(request) = request.body(Body::from(body)) else {
            // Not even a request: the HTTP library refuses it before the router.
            return Answer { status: StatusCode::BAD_REQUEST, body: Vec::new(), json: Value::Null };
        };
        let router = &self.router;
        let (status, headers, body) = self.runtime.block_on(async move {
            let answer = router.call(request).await.unwrap_or_else(|never| match never {});
            let (parts, body) = answer.into_parts();
            // A stream of events has no end.
            let endless = parts.headers.get("content-type").is_some_and(|form| form == "text/event-stream");
            let body = if endless { Body::empty() } else { body };
            (parts.status, parts.headers, to_bytes(body, MAX_ANSWER).await.expect("a whole answer"))
        });
        let answer = Answer { status, json: serde_json::from_slice(&body).unwrap_or(Value::Null), body: body.to_vec() };
        answer.check(method, path, &headers);
        answer
    }
}

impl Answer {
    /// What holds for every answer.
    fn check(&self, method: &str, path: &str, headers: &HeaderMap) {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        assert!(header("access-control-allow-origin") == "*", "{method} {path}");
        assert!(!headers.contains_key("access-control-allow-credentials"));
        if !self.status.is_client_error() && !self.status.is_server_error() {
            assert!(self.body.is_empty() || !self.json.is_null(), "{method} {path}: an answer that is no JSON");
            return;
        }
        if method == "HEAD" {
            return;
        }
        assert!(header("content-type") == "application/problem+json", "{method} {path}: {}", self.status);
        let code = self.json["code"].as_str().unwrap_or_default();
        let known = Code::ALL.iter().find(|known| known.name() == code);
        let known = known.unwrap_or_else(|| panic!("{method} {path}: an unknown problem: {}", self.json));
        assert!(known.status() == self.status && self.json["status"] == self.status.as_u16(), "{}", self.json);
        assert!(self.status != StatusCode::INTERNAL_SERVER_ERROR, "{method} {path}: {}", self.json);
    }
}

/// Each request takes some bytes. A node keeps what earlier inputs did to it, as a real one does.
///
/// # Panics
/// If a request gets an answer that the specification does not know, does something without its token, or stops the
/// node.
pub fn http_requests(data: &[u8]) {
    SHOP.with_borrow_mut(|shop| {
        if shop.as_ref().is_some_and(|shop| shop.served >= INPUTS_PER_NODE) {
            *shop = None;
        }
        let shop = shop.get_or_insert_with(Shop::open);
        shop.served += 1;
        let (mut choices, mut seen) = (Choices::new(data), Seen::default());
        for _ in 0..MAX_STEPS {
            if choices.is_over() {
                break;
            }
            seen.step(shop, &mut choices);
        }
        assert!(shop.ask("GET", "/v1/status", &[], Vec::new()).status == StatusCode::OK, "the node serves on");
    });
}

fn base64<T: ronde_protocol::message::codec::Encode>(value: &T) -> String {
    URL_SAFE_NO_PAD.encode(encode(value))
}

impl Seen {
    fn step(&mut self, shop: &mut Shop, choices: &mut Choices<'_>) {
        let (method, path, scoped) = self.path(choices);
        let body = self.body(shop, choices, method, &path);
        let token = match choices.below(6) {
            0 => None,
            1 => Some(shop.admin.clone()),
            2 => Some(URL_SAFE_NO_PAD.encode([choices.byte(); 32])),
            3 => Some(String::from_utf8_lossy(choices.bytes(24)).into_owned()),
            _ => Some(shop.till.clone()),
        };
        let known = token.as_ref().is_some_and(|token| *token == shop.admin || *token == shop.till);
        let mut headers: Vec<(&str, String)> = Vec::new();
        headers.extend(token.as_ref().map(|token| ("authorization", format!("Bearer {token}"))));
        let key = choices.one_in(4).then(|| "k".repeat(usize::from(choices.byte())));
        headers.extend(key.clone().map(|key| ("idempotency-key", key)));
        if choices.one_in(8) {
            headers.push(("accept-language", String::from_utf8_lossy(choices.bytes(24)).into_owned()));
        }
        let answer = shop.ask(method, &path, &headers, body.clone());
        if scoped {
            assert!(known || !answer.status.is_success(), "{method} {path} was done without a token");
        }
        self.learn(method, &path, &answer);
        if let (Some(key), true, true) = (key, scoped && method == "POST", answer.status.is_success()) {
            let request = (token.unwrap_or_default(), key, format!("{path} {}", String::from_utf8_lossy(&body)));
            let first = self.once.entry(request).or_insert_with(|| answer.body.clone());
            assert!(*first == answer.body, "{method} {path}: one key, one request, two answers");
        }
    }

    /// Method and path, and whether a token is needed for it.
    fn path(&self, choices: &mut Choices<'_>) -> (&'static str, String, bool) {
        let odd = |choices: &mut Choices<'_>| URL_SAFE_NO_PAD.encode([choices.byte(); 16]);
        let grant = |choices: &mut Choices<'_>| match self.grants.is_empty() {
            true => odd(choices),
            false => choices.one_of(&self.grants).0.clone(),
        };
        let checkout = |choices: &mut Choices<'_>| match self.checkouts.is_empty() {
            true => odd(choices),
            false => choices.one_of(&self.checkouts).clone(),
        };
        let basket = |choices: &mut Choices<'_>| match self.baskets.is_empty() {
            true => odd(choices),
            false => choices.one_of(&self.baskets).0.clone(),
        };
        match choices.below(36) {
            23..=25 => ("POST", "/v1/baskets".to_owned(), true),
            26 => ("GET", format!("/v1/baskets/{}", basket(choices)), true),
            27 => ("DELETE", format!("/v1/baskets/{}", basket(choices)), true),
            28 => ("POST", format!("/v1/baskets/{}/complete", basket(choices)), true),
            29 => ("GET", format!("/v1/baskets/{}/offer", basket(choices)), false),
            30 => {
                let call = *choices.one_of(&["decline", "received"]);
                ("POST", format!("/v1/baskets/{}/{call}", basket(choices)), false)
            }
            31 | 32 => ("POST", "/v1/returns".to_owned(), true),
            33 => ("GET", format!("/v1/trace/{}", choices.one_of(&["AAAAAAAA", "oil1-0000", "%FF", "%00"])), true),
            34 => {
                let by = *choices.one_of(&["hour", "day", "month", "year"]);
                ("GET", format!("/v1/totals?from=2026-01-0{}&by={by}", choices.byte() % 11), true)
            }
            35 => {
                let report = *choices.one_of(&["positions.json", "totals.csv", "totals.xml", ".", "a.b.c"]);
                ("GET", format!("/v1/books/{report}"), true)
            }
            0 => ("GET", "/v1/charter".to_owned(), false),
            1 => ("GET", "/v1/books".to_owned(), false),
            2 => ("GET", format!("/v1/log/{}?from={}", choices.byte() % 3, choices.byte()), false),
            3..=5 => ("POST", "/v1/grants".to_owned(), true),
            6 => ("GET", format!("/v1/grants/{}", grant(choices)), false),
            7 => ("DELETE", format!("/v1/grants/{}", grant(choices)), true),
            8 | 9 => ("POST", format!("/v1/grants/{}/claim", grant(choices)), false),
            10 | 11 => ("POST", "/v1/checkouts".to_owned(), true),
            12 => ("GET", format!("/v1/checkouts/{}", checkout(choices)), true),
            13 => ("DELETE", format!("/v1/checkouts/{}", checkout(choices)), true),
            14 => ("GET", format!("/v1/checkouts/{}/offer", checkout(choices)), false),
            15 => ("POST", format!("/v1/checkouts/{}/certificate", checkout(choices)), false),
            16..=18 => ("POST", "/v1/orders".to_owned(), false),
            19 => {
                let digest = self.orders.last().map_or([7; 32], |order| order.order.digest().0);
                let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
                ("GET", format!("/v1/orders/{digest}?keyset={}", choices.byte() % 3), false)
            }
            20 => ("POST", "/v1/pledges".to_owned(), true),
            21 => ("POST", "/v1/tills".to_owned(), true),
            22 => (*choices.one_of(&["PUT", "HEAD", "OPTIONS", "PATCH", "TRACE"]), "/v1/orders".to_owned(), false),
            _ => {
                let text: String = choices.bytes(40).iter().map(|byte| char::from(byte % 94 + 33)).collect();
                (*choices.one_of(&["GET", "POST", "DELETE"]), format!("/v1/{text}"), false)
            }
        }
    }

    /// What the path asks for, mostly; sometimes cut, spliced, deep or anything.
    fn body(&mut self, shop: &mut Shop, choices: &mut Choices<'_>, method: &str, path: &str) -> Vec<u8> {
        if method != "POST" && !choices.one_in(16) {
            return Vec::new();
        }
        let body = self.good_body(shop, choices, path).to_string().into_bytes();
        match choices.below(12) {
            0 => {
                let cut = usize::from(choices.byte()) * body.len() / 256;
                body[..cut].to_vec()
            }
            1 => {
                let at = usize::from(choices.byte()) * body.len() / 256;
                [&body[..at], choices.bytes(40), &body[at..]].concat()
            }
            2 => {
                let deep = usize::from(choices.byte()) * 16;
                let brackets = *choices.one_of(&["[", "{\"a\":", "[{\"x\":"]);
                brackets.repeat(deep).into_bytes()
            }
            3 => choices.bytes(400).to_vec(),
            4 => {
                // The first member a second time.
                let text = String::from_utf8_lossy(&body).into_owned();
                let first = text.trim_start_matches('{').split(',').next().unwrap_or_default().to_owned();
                text.replacen('{', &format!("{{{first},"), 1).into_bytes()
            }
            _ => body,
        }
    }

    fn good_body(&mut self, shop: &mut Shop, choices: &mut Choices<'_>, path: &str) -> Value {
        let number = |choices: &mut Choices<'_>| *choices.one_of(&[1, 7, 0, 1 << 20, u64::MAX]);
        shop.coins += 4;
        let coin = shop.coins;
        match path.rsplit('/').next().unwrap_or_default() {
            "grants" => {
                let vouchers = json!([{ "offer": choices.byte() % 2 + 1, "count": choices.byte() % 3 }]);
                let vouchers = if choices.one_in(3) { vouchers } else { json!([]) };
                json!({ "points": number(choices), "reference": "receipt", "vouchers": vouchers })
            }
            "claim" => {
                let order = earn(&shop.federation, 1, choices.byte(), &[(coin, 1)]);
                let secret = self.grants.iter().chain(&self.baskets).find(|(id, _)| path.contains(id.as_str()));
                let secret = secret.map_or_else(|| URL_SAFE_NO_PAD.encode([1; 32]), |(_, secret)| secret.clone());
                json!({ "secret": secret, "keyset": KEYSET, "outputs": base64(&order.order.outputs) })
            }
            "baskets" => json!({
                "total_cents": number(choices), "eligible_cents": number(choices), "max_points": number(choices),
                "step": number(choices), "reference": "basket", "at_once": choices.one_in(2), "receipt": "1 croissant",
            }),
            "decline" | "received" => {
                let secret = self.baskets.iter().find(|(id, _)| path.contains(id.as_str()));
                let secret = secret.map_or_else(|| URL_SAFE_NO_PAD.encode([1; 32]), |(_, secret)| secret.clone());
                json!({ "secret": secret })
            }
            "returns" => {
                let cents = number(choices);
                let sale = match choices.below(3) {
                    0 => self.grants.last().map(|(id, _)| ("grant", id)),
                    1 => self.checkouts.last().map(|id| ("checkout", id)),
                    _ => self.baskets.last().map(|(id, _)| ("basket", id)),
                };
                let mut body = json!({ "eligible_cents": cents, "total_cents": cents, "reference": "goods" });
                if let (Some((kind, id)), Some(body)) = (sale, body.as_object_mut()) {
                    body.insert(kind.to_owned(), json!(id));
                }
                body
            }
            "checkouts" => json!({ "max_points": number(choices), "step": number(choices), "reference": "basket" }),
            "certificate" => {
                let order = self.payment(shop, choices, coin).order;
                let certificate = shop.federation.certify(&order);
                let certified = CertifiedOrder { order, certificate };
                json!({ "order": base64(&certified.order), "certificate": base64(&certified.certificate) })
            }
            "orders" => {
                let signed = match choices.below(4) {
                    0 => swap(&shop.federation, &[(coin, 2)], &[(coin + 1, 2)]),
                    1 if !self.orders.is_empty() => choices.one_of(&self.orders).clone(),
                    _ => self.payment(shop, choices, coin),
                };
                self.orders.push(signed.clone());
                let columns = columns(&shop.federation, &signed.order);
                let columns: Vec<String> = columns.iter().map(base64).collect();
                let columns = if choices.one_in(8) { Vec::new() } else { columns };
                json!({ "order": base64(&signed.order), "authorization": base64(&signed.authorization), "columns": columns })
            }
            "pledges" => json!({ "association": choices.byte() % 3, "points": choices.byte() }),
            "tills" => json!({ "name": format!("till {}", choices.byte()), "scopes": ["grant"] }),
            _ => json!({ "anything": number(choices) }),
        }
    }

    fn payment(&self, shop: &Shop, choices: &mut Choices<'_>, coin: u64) -> SignedOrder {
        let offer = self.offers.last().map(|signed| &signed.offer);
        let reference = offer.map_or(Reference([5; 32]), |offer| offer.reference());
        let value = *choices.one_of(&[1, 2, 8]);
        pay(&shop.federation, 1, Purpose::Redeem, reference, &[(coin, value)], &[])
    }

    fn learn(&mut self, method: &str, path: &str, answer: &Answer) {
        if !answer.status.is_success() {
            return;
        }
        let text = |name: &str| answer.json[name].as_str().unwrap_or_default().to_owned();
        if method == "POST" && path == "/v1/grants" {
            let secret = text("claim_url").split_once('#').map(|(_, secret)| secret.to_owned());
            self.grants.push((text("id"), secret.expect("a claim's link has a secret")));
        } else if method == "POST" && path == "/v1/baskets" {
            let secret = text("url").split_once('#').map(|(_, secret)| secret.to_owned());
            self.baskets.push((text("id"), secret.expect("a basket's link has a secret")));
        } else if method == "POST" && path == "/v1/checkouts" {
            self.checkouts.push(text("id"));
        } else if path.ends_with("/offer") && answer.json["offer"].is_string() {
            let bytes = URL_SAFE_NO_PAD.decode(text("offer")).expect("base64");
            self.offers.push(ronde_protocol::message::codec::decode(&bytes, 1 << 16).expect("a signed offer"));
        }
    }
}
