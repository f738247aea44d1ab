//! `audit-moved`: two keysets together.

use ronde_protocol::machine::audit::{Breach, Report, audit, moved_too_much};
use serde::{Deserialize, Serialize};

use super::{
    evidence::Log,
    given::{keyset, walk},
};
use crate::answer::{Octets, Refused};

/// The logs of two keysets.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MovedInput {
    charters: Vec<Octets>,
    earlier: Logs,
    later: Logs,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Logs {
    keyset: u32,
    logs: Vec<Log>,
}

/// What is to be reported of them together.
#[derive(Serialize)]
pub struct Moved {
    breach: Option<TooMuch>,
}

/// More came than there was.
#[derive(Serialize)]
pub struct TooMuch {
    came: i128,
    left: i128,
}

/// Whether more points came from the earlier keyset than it had.
pub fn moved(MovedInput { charters, earlier, later }: MovedInput) -> Result<Moved, Refused> {
    let charter = walk(&charters)?;
    let report = |Logs { keyset: id, logs }: Logs| -> Result<Report, Refused> {
        let logs: Vec<_> = logs.iter().map(Log::read).collect::<Result<_, _>>()?;
        Ok(audit(&charter, keyset(&charter, id)?, &logs))
    };
    let (earlier, later) = (report(earlier)?, report(later)?);
    Ok(Moved {
        breach: match moved_too_much(&earlier, &later) {
            Some(Breach::Moved { came, left, .. }) => Some(TooMuch { came, left }),
            _ => None,
        },
    })
}
