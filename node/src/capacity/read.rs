//! Figures of one's own machine: a TOML file with some of them, or what `cargo xtask load --json` wrote.

use ronde_protocol::message::order::Purpose;
use serde::Deserialize;

use super::bytes::Shape;
use super::cost::{Cost, REFERENCE, mean};
use super::figures::Figures;

/// Why figures can't be used, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FiguresError {
    /// Neither format.
    #[error("the figures can't be read: {0}")]
    Format(String),
    /// No number can be that.
    #[error("`{0}` is no possible figure")]
    Number(&'static str),
    /// More arithmetic than time.
    #[error("`{0}` is less than the arithmetic takes that it holds")]
    TooFast(&'static str),
}

impl FiguresError {
    /// What to do.
    #[must_use]
    pub fn fix(&self) -> &'static str {
        match self {
            Self::Format(_) => {
                "give the file that `cargo xtask load n4 --json FILE` wrote, or a TOML file with lines such as \
                 `witness_cpu_ms = 1.2`; docs/capacity.md names them all"
            }
            Self::Number(_) => "write a number above 0, in the unit that docs/capacity.md says",
            Self::TooFast(_) => "lower the figures in microseconds too: they were measured on another machine",
        }
    }
}

/// What is read of a report of the load client.
#[derive(Deserialize)]
struct Report {
    nodes: usize,
    mix: String,
    cores: usize,
    own_network: bool,
    idle_memory_mb: Vec<f64>,
    peak_memory_mb: Vec<f64>,
    phases: Vec<Phase>,
}

#[derive(Deserialize)]
struct Phase {
    rate: f64,
    node_cpu_ms_per_order: Vec<f64>,
    syncs_per_order: Vec<f64>,
    datagram_bytes_per_order: f64,
    http_bytes_per_order: f64,
}

/// Reads either format; what a file does not say stays as it is built in.
///
/// # Errors
/// What neither is, or can't be.
pub fn figures(text: &str) -> Result<Figures, FiguresError> {
    let format = |error: String| FiguresError::Format(error.lines().next().unwrap_or_default().to_owned());
    let figures = if text.trim_start().starts_with('{') {
        of_report(serde_json::from_str(text).map_err(|error| format(error.to_string()))?)?
    } else {
        toml::from_str(text).map_err(|error| format(error.message().to_owned()))?
    };
    check(&figures)?;
    Ok(figures)
}

/// All nodes' time over what this module expects of them for the same orders is how much slower that machine is; bytes
/// likewise.
fn of_report(report: Report) -> Result<Figures, FiguresError> {
    let built_in = Figures::built_in();
    let no_phase = || FiguresError::Format("the report has no phase".to_owned());
    let phase = report.phases.last().ok_or_else(no_phase)?;
    let expected: Cost = mean(&kinds(&report.mix)?, report.nodes, &built_in);
    let measured: f64 = phase.node_cpu_ms_per_order.iter().sum();
    let slower = measured / expected.all_nodes_ms(report.nodes);
    let udp = phase.datagram_bytes_per_order / expected.udp_among(report.nodes);
    let most = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
    let figures = built_in.times(positive(slower, "node_cpu_ms_per_order")?);
    Ok(Figures {
        measured_on: format!(
            "{} nodes on {} cores, {} at {:.1} orders/s: CPU {slower:.2} of the built-in figures",
            report.nodes, report.cores, report.mix, phase.rate
        ),
        // Alone a node sends nothing; on a shared loopback others do.
        udp_bytes: if report.nodes > 1 && report.own_network { figures.udp_bytes * udp } else { figures.udp_bytes },
        http_bytes: figures.http_bytes * phase.http_bytes_per_order / expected.http_bytes,
        syncs_per_order: most(&phase.syncs_per_order),
        idle_mb: most(&report.idle_memory_mb),
        busy_mb: most(&report.peak_memory_mb),
        ..figures
    })
}

/// The load client's orders.
fn kinds(mix: &str) -> Result<Vec<(f64, Shape)>, FiguresError> {
    let kind = |part: &str| {
        let (name, share) = part.split_once('=')?;
        let shape = match name {
            "redeem" => REFERENCE,
            "swap" => Shape { inputs: 8, outputs: 8, purpose: Purpose::Swap },
            "earn" => Shape { inputs: 0, outputs: 4, purpose: Purpose::Earn },
            _ => return None,
        };
        Some((share.parse::<f64>().ok().filter(|share| *share > 0.0)?, shape))
    };
    let unknown = || FiguresError::Format(format!("the report's orders `{mix}` are not known"));
    mix.split(',').map(kind).collect::<Option<Vec<_>>>().ok_or_else(unknown)
}

fn positive(value: f64, name: &'static str) -> Result<f64, FiguresError> {
    if value.is_finite() && value > 0.0 { Ok(value) } else { Err(FiguresError::Number(name)) }
}

fn check(figures: &Figures) -> Result<(), FiguresError> {
    let all = [
        (figures.witness_cpu_ms, "witness_cpu_ms"),
        (figures.gateway_cpu_ms, "gateway_cpu_ms"),
        (figures.signature_us, "signature_us"),
        (figures.input_us, "input_us"),
        (figures.output_us, "output_us"),
        (figures.proof_us, "proof_us"),
        (figures.verify_output_us, "verify_output_us"),
        (figures.verify_proof_us, "verify_proof_us"),
        (figures.log_us, "log_us"),
        (figures.question_us, "question_us"),
        (figures.rows_per_second, "rows_per_second"),
        (figures.syncs_per_order, "syncs_per_order"),
        (figures.udp_bytes, "udp_bytes"),
        (figures.http_bytes, "http_bytes"),
        (figures.question_bytes, "question_bytes"),
        (figures.disk_ratio, "disk_ratio"),
        (figures.written_kb, "written_kb"),
        (figures.idle_mb, "idle_mb"),
        (figures.busy_mb, "busy_mb"),
        (figures.connection_kb, "connection_kb"),
    ];
    all.into_iter().try_for_each(|(value, name)| positive(value, name).map(drop))?;
    let [witness, gateway] = figures.rest_ms();
    let rests = [(witness, "witness_cpu_ms"), (gateway, "gateway_cpu_ms")];
    rests.into_iter().try_for_each(|(rest, name)| if rest < 0.0 { Err(FiguresError::TooFast(name)) } else { Ok(()) })
}
