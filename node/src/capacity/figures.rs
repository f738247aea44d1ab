//! What was measured, and what was computed where nothing was: the only numbers of a machine in this module.
//!
//! Replace those of [`Figures::built_in`] when a release is measured; `cargo xtask capacity` then writes
//! `docs/capacity.md` anew.

use serde::{Deserialize, Serialize};

/// What an order costs, with units. A file for `--figures` names those that differ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Figures {
    /// On what the figures were measured.
    pub measured_on: String,
    /// CPU of a witness for the reference order: a Redeem of 4 coins with 3 of change, 4 witnesses. Milliseconds, measured.
    pub witness_cpu_ms: f64,
    /// CPU of the store that carries the reference order, beside its work as a witness. Milliseconds, measured.
    pub gateway_cpu_ms: f64,
    /// Verifying one signature of Ed25519. Microseconds, measured.
    pub signature_us: f64,
    /// Checking one coin: two elements decoded, one hashed to the group, a term in two equations. Microseconds, computed.
    pub input_us: f64,
    /// Evaluating one output. Microseconds, measured.
    pub output_us: f64,
    /// Proving an evaluation, whatever it has outputs. Microseconds, measured.
    pub proof_us: f64,
    /// Verifying a proof, by output. Microseconds, computed.
    pub verify_output_us: f64,
    /// Verifying a proof, whatever it has outputs. Microseconds, computed.
    pub verify_proof_us: f64,
    /// Reading what one order left in one peer's log: two entries decoded, hashed, looked up. Microseconds, computed from the
    /// ratio of seven nodes to four.
    pub log_us: f64,
    /// Answering one question of another node, and one ping, of those that are asked without any order. Microseconds,
    /// computed.
    pub question_us: f64,
    /// Rows that the database's one writer puts, a second, in large batches. Measured.
    pub rows_per_second: f64,
    /// Synced commits of a witness for an order, many orders at once. Measured.
    pub syncs_per_order: f64,
    /// UDP between four nodes for the reference order in all, one of them its gateway. Bytes, measured.
    pub udp_bytes: f64,
    /// HTTP for the reference order, both ways, with the till's waiting. Bytes, measured.
    pub http_bytes: f64,
    /// UDP of one question of another node and its answer, and of one ping. Bytes, computed.
    pub question_bytes: f64,
    /// Size of the database over the cells and overflow pages of what it holds. A ratio, measured.
    pub disk_ratio: f64,
    /// What a witness has its disk write for the reference order, few orders at once. Kilobytes, measured.
    pub written_kb: f64,
    /// Memory of a node that does nothing. Megabytes, measured.
    pub idle_mb: f64,
    /// Memory of a node under load. Megabytes, measured.
    pub busy_mb: f64,
    /// Memory of one connection between nodes. Kilobytes, computed.
    pub connection_kb: f64,
}

impl Figures {
    /// Of this version.
    #[must_use]
    pub fn built_in() -> Self {
        Self {
            measured_on: "2 cores of a virtual machine, shared by four nodes and what loads them".to_owned(),
            witness_cpu_ms: 1.07,
            gateway_cpu_ms: 1.03,
            signature_us: 20.0,
            input_us: 35.0,
            output_us: 36.0,
            proof_us: 60.0,
            verify_output_us: 15.0,
            verify_proof_us: 100.0,
            log_us: 140.0,
            question_us: 50.0,
            rows_per_second: 63_000.0,
            syncs_per_order: 3.1,
            udp_bytes: 22_400.0,
            http_bytes: 4_710.0,
            question_bytes: 400.0,
            disk_ratio: 1.1,
            written_kb: 180.0,
            idle_mb: 20.0,
            busy_mb: 60.0,
            connection_kb: 64.0,
        }
    }
}

impl Default for Figures {
    fn default() -> Self {
        Self::built_in()
    }
}
