//! What is sold, and how far an order is.

use crate::points::{Checkout, Grant};

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
#[derive(Clone, Debug)]
pub enum Stage {
    /// The customer may pay with points.
    Points,
    /// So many were paid; the rest is to be paid by card.
    Money { points: u64 },
    /// All is paid.
    Done { points: u64, earned: Earned },
}

/// What the money earned.
#[derive(Clone, Debug)]
pub enum Earned {
    /// These points.
    Link(Grant),
    /// Nothing, by the store's rules.
    Nothing,
    /// The node did not answer: it is asked again.
    Later,
}

/// One order.
#[derive(Clone, Debug)]
pub struct Order {
    /// Of what.
    pub product: &'static Product,
    /// The payment with points; none if the node did not answer.
    pub checkout: Option<Checkout>,
    /// How far it is.
    pub stage: Stage,
}

impl Order {
    /// A new one.
    pub fn new(product: &'static Product, checkout: Option<Checkout>) -> Self {
        let stage = if checkout.is_some() { Stage::Points } else { Stage::Money { points: 0 } };
        Self { product, checkout, stage }
    }

    /// What became of its checkout; the second time, and when it is too late, nothing changes. Points that came too late the
    /// customer gets back by themselves.
    pub fn told(&mut self, state: &str, points: u64) {
        if !matches!(self.stage, Stage::Points) {
            return;
        }
        match state {
            "accepted" => self.stage = Stage::Money { points },
            "refused" | "expired" | "cancelled" | "accepted_late" => self.stage = Stage::Money { points: 0 },
            _ => {}
        }
    }

    /// The rest was paid by card.
    pub fn paid(&mut self) {
        if let Stage::Money { points } = self.stage {
            self.stage = Stage::Done { points, earned: Earned::Later };
        }
    }

    /// What it earned is known.
    pub fn earned(&mut self, what: Earned) {
        if let Stage::Done { earned: earned @ Earned::Later, .. } = &mut self.stage {
            *earned = what;
        }
    }

    /// The points that were paid.
    pub fn points(&self) -> u64 {
        match self.stage {
            Stage::Points => 0,
            Stage::Money { points } | Stage::Done { points, .. } => points,
        }
    }

    /// What is left to be paid by card, in cents: it is what earns points.
    pub fn left(&self, point_cents: u64) -> u64 {
        self.product.cents.saturating_sub(self.points().saturating_mul(point_cents))
    }
}
