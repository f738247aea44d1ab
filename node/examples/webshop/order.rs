//! What is sold, and how far an order is.

use crate::points::{Basket, RungUp};

/// Something to buy.
#[derive(Debug)]
pub struct Product {
    /// In addresses.
    pub name: &'static str,
    /// For customers.
    pub title: &'static str,
    /// What it costs.
    pub cents: u64,
}

/// All there is.
pub const PRODUCTS: &[Product] = &[
    Product { name: "tea", title: "Green tea, 100 g", cents: 890 },
    Product { name: "pot", title: "A teapot", cents: 3_400 },
];

/// How far an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The customer may pay with points.
    Points,
    /// What is paid with points is decided; the rest is to be paid by card.
    Money,
    /// All is paid.
    Done,
}

/// One order.
#[derive(Clone, Debug)]
pub struct Order {
    /// What the shop calls it; the reference of its basket.
    pub number: String,
    /// Of what.
    pub product: &'static Product,
    /// The customer's link and its QR code, and how far its basket is as far as known; none if the node did not answer.
    pub rung_up: Option<RungUp>,
    /// Whether the rest was paid by card.
    pub is_paid: bool,
}

impl Order {
    /// A new one.
    pub fn new(product: &'static Product, number: String, rung_up: Option<RungUp>) -> Self {
        Self { number, product, rung_up, is_paid: false }
    }

    /// How far it is.
    pub fn stage(&self) -> Stage {
        match &self.rung_up {
            _ if self.is_paid => Stage::Done,
            Some(rung_up) if rung_up.basket.state == "open" => Stage::Points,
            _ => Stage::Money,
        }
    }

    /// What the node says of its basket now. Answers may overtake one another: an older one changes nothing.
    pub fn seen(&mut self, basket: Basket) {
        if let Some(rung_up) = &mut self.rung_up
            && age(&basket.state) >= age(&rung_up.basket.state)
        {
            rung_up.basket = basket;
        }
    }

    /// The name of its basket.
    pub fn basket(&self) -> Option<&str> {
        self.rung_up.as_ref().map(|rung_up| rung_up.basket.id.as_str())
    }

    /// Whether the node has still to hear that all is paid.
    pub fn is_to_be_completed(&self) -> bool {
        self.is_paid && self.rung_up.as_ref().is_some_and(|rung_up| rung_up.basket.state != "complete")
    }

    /// The points that were paid.
    pub fn points(&self) -> u64 {
        self.rung_up.as_ref().map_or(0, |rung_up| rung_up.basket.points)
    }

    /// What is left to be paid by card, in cents.
    pub fn left(&self) -> u64 {
        self.rung_up.as_ref().map_or(self.product.cents, |rung_up| rung_up.basket.pay_cents)
    }
}

/// In what order a basket comes into its states.
fn age(state: &str) -> u8 {
    match state {
        "open" => 0,
        "complete" => 2,
        _ => 1,
    }
}
