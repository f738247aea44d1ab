//! Orders as a wallet makes them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ronde_protocol::crypto::coin::{CoinSecret, Seed, derive_coin_secret};
use ronde_protocol::crypto::group::{Point, PointBytes};
use ronde_protocol::crypto::spend::{SpendPurpose, sign};
use ronde_protocol::message::class::{Class, Kind};
use ronde_protocol::message::codec::{Decode, Encode, decode, encode};
use ronde_protocol::message::ids::{Reference, StoreId};
use ronde_protocol::message::offer::{Offer, SignedOffer};
use ronde_protocol::message::order::{Authorization, Input, Inputs, Order, Output, Outputs, Purpose};
use serde_json::{Value, json};

use super::federation_support::{KEYSET, entropy};
use super::{NOW, Node};

pub fn to_base64(value: &impl Encode) -> String {
    URL_SAFE_NO_PAD.encode(encode(value))
}

pub fn from_base64<T: Decode<()> + Encode>(value: &Value) -> T {
    let bytes = URL_SAFE_NO_PAD.decode(value.as_str().unwrap()).unwrap();
    decode(&bytes, 1 << 20).unwrap()
}

fn element(salt: u8, number: u8) -> PointBytes {
    let mut uniform = [salt; 64];
    uniform[0] = number;
    Point::from_uniform_bytes(&uniform).encode()
}

pub fn points(denomination: u64) -> Kind {
    Kind::Points { denomination }
}

pub fn outputs(kinds: &[Kind], salt: u8) -> Outputs {
    let mut all: Vec<Output> = (1..)
        .zip(kinds)
        .map(|(number, kind)| Output { class: Class { keyset: KEYSET, kind: *kind }, blinded: element(salt, number) })
        .collect();
    all.sort_by_key(|output| output.blinded);
    all.try_into().unwrap()
}

/// The secret of the coin that `salt` stands for.
pub fn coin(salt: u8) -> CoinSecret {
    derive_coin_secret(&Seed::new([salt; 32]), KEYSET.0, 0, 0, 0)
}

/// A wallet's order and its signature.
pub struct Signed {
    pub order: Order,
    pub authorization: Authorization,
}

impl Signed {
    /// As it is posted.
    pub fn body(&self) -> Value {
        json!({
            "order": to_base64(&self.order),
            "authorization": to_base64(&self.authorization),
            "columns": [],
        })
    }
}

/// Pays `amount` for an offer with the coin of 1024 points that `salt` stands for.
pub fn pay(offer: &Offer, amount: u64, salt: u8) -> Signed {
    let left = 1024 - amount;
    let change: Vec<Kind> = (0..11).map(|bit| 1 << bit).filter(|bit| left & bit != 0).map(points).collect();
    spend(offer.store, Purpose::Redeem, offer.reference(), offer.time, &change, salt, offer.federation)
}

/// Changes the coin of 1024 points that `salt` stands for into another.
pub fn swap(node: &Node, salt: u8) -> Signed {
    let federation = node.desk.federation.id();
    spend(StoreId::NONE, Purpose::Swap, Reference::NONE, NOW, &[points(1024)], salt, federation)
}

fn spend(
    store: StoreId,
    purpose: Purpose,
    reference: Reference,
    time: u64,
    change: &[Kind],
    salt: u8,
    federation: ronde_protocol::message::ids::FederationId,
) -> Signed {
    let point = coin(salt).public().encode();
    let inputs: Inputs = vec![Input { kind: points(1024), point }].try_into().unwrap();
    let outputs = outputs(change, salt);
    let order = Order { federation, keyset: KEYSET, store, purpose, reference, time, inputs, outputs };
    sign_again(order, salt)
}

/// Signs an order over the coin that `salt` stands for.
pub fn sign_again(order: Order, salt: u8) -> Signed {
    let signature = sign(SpendPurpose::Order, &[&coin(salt)], &order.digest().0, entropy(salt)).unwrap();
    Signed { order, authorization: Authorization::Spend(signature) }
}

/// A checkout's id, and the offer that a wallet fetched for it.
pub fn offer(node: &Node, id: &str) -> Offer {
    let reply = node.get(&format!("/v1/checkouts/{id}/offer"));
    assert_eq!(reply.status, 200, "{reply:?}");
    let signed: SignedOffer = from_base64(&reply.json["offer"]);
    *signed.verify(node.desk.federation.charter.node_key(super::STORE).unwrap()).unwrap().get()
}

/// Opens a checkout and returns its id.
pub fn checkout(node: &Node, token: &str, max: u64) -> String {
    let reply = node.post("/v1/checkouts", token, &json!({ "max_points": max, "step": 1, "reference": "r" }));
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.text("id")
}

/// Makes a grant and returns its id and secret.
pub fn grant(node: &Node, token: &str, points: u64) -> (String, String) {
    let reply = node.post("/v1/grants", token, &json!({ "points": points, "reference": "r" }));
    assert_eq!(reply.status, 201, "{reply:?}");
    let url = reply.text("claim_url");
    let (_, secret) = url.split_once('#').unwrap();
    (reply.text("id"), secret.to_owned())
}

/// What a wallet posts to claim.
pub fn claim(secret: &str, kinds: &[Kind], salt: u8) -> Value {
    json!({ "secret": secret, "keyset": 1, "outputs": to_base64(&outputs(kinds, salt)) })
}

/// The code of what has this id.
pub fn code(id: &str) -> String {
    id.parse::<ronde_node::shop::RecordId>().unwrap().code().to_string()
}
