//! What an order costs whom, as a mean over a day's orders.

use ronde_protocol::message::ids::CampaignId;
use ronde_protocol::message::order::Purpose;
use serde::Serialize;

use super::bytes::{Lengths, Shape, lengths};
use super::disk::{self, Kept};
use super::figures::Figures;
use super::plan::{Plan, quorum};

/// The order that was measured: a Redeem of 4 coins with 3 of change.
pub const REFERENCE: Shape = Shape { inputs: 4, outputs: 3, purpose: Purpose::Redeem };
/// The committee in which it was measured.
pub const REFERENCE_WITNESSES: usize = 4;

/// Of one order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Cost {
    /// CPU of each witness, in milliseconds.
    pub witness_ms: f64,
    /// CPU of the store that carries it, in milliseconds.
    pub gateway_ms: f64,
    /// UDP between the store and one witness, both ways, in bytes.
    pub call_bytes: f64,
    /// UDP for one witness's log as read by one peer, in bytes.
    pub log_bytes: f64,
    /// UDP for the order in one witness's feed of the store that it names, in bytes.
    pub feed_bytes: f64,
    /// HTTP of the store, both ways, in bytes.
    pub http_bytes: f64,
    /// Bytes on a witness's disk until the keyset closes: the spent set.
    pub spent_bytes: f64,
    /// Likewise: orders with certificate and evaluation.
    pub record_bytes: f64,
    /// Bytes on a witness's disk for 10 years after that.
    pub kept_log_bytes: f64,
    /// What a witness has its disk write, in bytes.
    pub written_bytes: f64,
    /// Rows that a witness puts.
    pub rows: f64,
}

impl Cost {
    fn add(&mut self, share: f64, other: &Self) {
        self.witness_ms += share * other.witness_ms;
        self.gateway_ms += share * other.gateway_ms;
        self.call_bytes += share * other.call_bytes;
        self.log_bytes += share * other.log_bytes;
        self.feed_bytes += share * other.feed_bytes;
        self.http_bytes += share * other.http_bytes;
        self.spent_bytes += share * other.spent_bytes;
        self.record_bytes += share * other.record_bytes;
        self.kept_log_bytes += share * other.kept_log_bytes;
        self.written_bytes += share * other.written_bytes;
        self.rows += share * other.rows;
    }

    /// CPU of all nodes together.
    #[must_use]
    pub fn all_nodes_ms(&self, witnesses: usize) -> f64 {
        self.witness_ms * witnesses as f64 + self.gateway_ms
    }

    /// UDP of all nodes together, if the store is one of the witnesses, which asks itself without it.
    #[must_use]
    pub fn udp_among(&self, witnesses: usize) -> f64 {
        let others = witnesses.saturating_sub(1) as f64;
        self.call_bytes * others + self.log_bytes * others * witnesses as f64
    }
}

/// Each kind of order with its share, which need not sum to 1.
#[must_use]
pub fn kinds(plan: &Plan) -> [(f64, Shape); 4] {
    let shape = |inputs, outputs, purpose| Shape { inputs, outputs, purpose };
    [
        (plan.earning_share, shape(0, plan.coins_earned, Purpose::Earn)),
        (plan.spending_share, shape(plan.coins_in, plan.coins_out, Purpose::Redeem)),
        (plan.swaps, shape(plan.coins_swapped, plan.coins_swapped, Purpose::Swap)),
        (plan.votes, shape(1, 0, Purpose::Vote { campaign: CampaignId(1), choice: 0 })),
    ]
}

/// The mean over these kinds; nothing if there are none.
#[must_use]
pub fn mean(kinds: &[(f64, Shape)], witnesses: usize, figures: &Figures) -> Cost {
    let all: f64 = kinds.iter().map(|(share, _)| share).sum();
    let mut cost = Cost::default();
    for (share, shape) in kinds.iter().filter(|(share, _)| *share > 0.0) {
        cost.add(share / all, &of(*shape, witnesses, figures));
    }
    cost
}

/// Bytes of a mean order's two entries in a log, as the codec has them.
#[must_use]
pub fn mean_log_bytes(plan: &Plan) -> f64 {
    let log = |shape| lengths(shape, plan.witnesses, plan.quorum()).log;
    kinds(plan).into_iter().map(|(share, shape)| share * log(shape)).sum::<f64>() / plan.orders_per_basket()
}

/// Of one kind of order.
#[must_use]
pub fn of(shape: Shape, witnesses: usize, figures: &Figures) -> Cost {
    let quorum_of = quorum(witnesses);
    let sent = lengths(shape, witnesses, quorum_of);
    let Ratios { udp, http, written } = ratios(figures);
    let kept = disk::kept(shape, &sent);
    let [witness, gateway] = figures.arithmetic_ms(shape, witnesses);
    let [witness_rest, call_rest] = figures.rest_ms();
    let names_a_store = matches!(shape.purpose, Purpose::Earn | Purpose::Redeem);
    Cost {
        witness_ms: witness + witness_rest,
        gateway_ms: gateway + call_rest * witnesses as f64,
        call_bytes: udp * sent.call,
        log_bytes: udp * sent.log,
        feed_bytes: if names_a_store { udp * sent.certified_entry as f64 } else { 0.0 },
        http_bytes: http * sent.submission,
        spent_bytes: kept.spent * figures.disk_ratio,
        record_bytes: kept.records * figures.disk_ratio,
        kept_log_bytes: kept.log * figures.disk_ratio,
        written_bytes: written * kept.rows,
        rows: kept.rows,
    }
}

/// What was measured over what the codec gives.
struct Ratios {
    udp: f64,
    http: f64,
    written: f64,
}

fn reference() -> (Lengths, Kept) {
    let sent = lengths(REFERENCE, REFERENCE_WITNESSES, quorum(REFERENCE_WITNESSES));
    (sent, disk::kept(REFERENCE, &sent))
}

fn ratios(figures: &Figures) -> Ratios {
    let (sent, kept) = reference();
    let plain = Cost { call_bytes: sent.call, log_bytes: sent.log, ..Cost::default() };
    Ratios {
        udp: figures.udp_bytes / plain.udp_among(REFERENCE_WITNESSES),
        http: figures.http_bytes / sent.submission,
        written: figures.written_kb * 1000.0 / kept.rows,
    }
}

impl Figures {
    /// What can be counted: a witness's and the carrying store's checks, in milliseconds.
    #[must_use]
    pub fn arithmetic_ms(&self, shape: Shape, witnesses: usize) -> [f64; 2] {
        let (inputs, outputs) = (shape.inputs as f64, shape.outputs as f64);
        let (witnesses, votes) = (witnesses as f64, quorum(witnesses) as f64);
        let proof = if shape.outputs > 0 { self.proof_us } else { 0.0 };
        let witness = inputs * self.input_us
            + votes * self.signature_us
            + outputs * self.output_us
            + proof
            + (witnesses - 1.0) * self.log_us;
        let checked = if shape.outputs > 0 { self.verify_proof_us } else { 0.0 };
        let evaluation = self.signature_us + checked + outputs * self.verify_output_us;
        let gateway = inputs * self.input_us + votes * self.signature_us + witnesses * evaluation;
        [witness / 1000.0, gateway / 1000.0]
    }

    /// What is left of the measured times: of a witness for an order, and of the carrying store for each witness.
    #[must_use]
    pub fn rest_ms(&self) -> [f64; 2] {
        let [witness, gateway] = self.arithmetic_ms(REFERENCE, REFERENCE_WITNESSES);
        [self.witness_cpu_ms - witness, (self.gateway_cpu_ms - gateway) / REFERENCE_WITNESSES as f64]
    }

    /// The same on a machine that takes so many times as long.
    #[must_use]
    pub fn times(&self, factor: f64) -> Self {
        Self {
            witness_cpu_ms: self.witness_cpu_ms * factor,
            gateway_cpu_ms: self.gateway_cpu_ms * factor,
            signature_us: self.signature_us * factor,
            input_us: self.input_us * factor,
            output_us: self.output_us * factor,
            proof_us: self.proof_us * factor,
            verify_output_us: self.verify_output_us * factor,
            verify_proof_us: self.verify_proof_us * factor,
            log_us: self.log_us * factor,
            question_us: self.question_us * factor,
            rows_per_second: self.rows_per_second / factor,
            ..self.clone()
        }
    }
}
