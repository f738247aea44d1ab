//! What the relay did, second by second, as JSON lines.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{Counts, Sender, Shared, locked};

/// Starts the thread that writes; it ends with the relay.
pub fn start(shared: Arc<Shared>, path: &Path) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    let begun = Instant::now();
    std::thread::spawn(move || {
        let mut before = std::collections::BTreeMap::new();
        while !shared.has_ended() {
            std::thread::sleep(Duration::from_secs(1));
            let now = locked(&shared.counts).clone();
            let cuts: Vec<_> = locked(&shared.cuts).iter().map(|(from, to)| [from + 1, to + 1]).collect();
            let weather = locked(&shared.weather).to_string();
            for (way, counts) in &now {
                let known: Counts = before.get(way).copied().unwrap_or_default();
                if *counts == known {
                    continue;
                }
                let line = json!({
                    "second": begun.elapsed().as_secs(), "from": number(way.0), "to": number(way.1),
                    "weather": weather, "cuts": cuts, "came": counts.came - known.came, "cut": counts.cut - known.cut,
                    "lost": counts.lost - known.lost, "twice": counts.twice - known.twice,
                    "late": counts.late - known.late, "spoiled": counts.spoiled - known.spoiled,
                });
                // The trace is for whoever looks into a failure; the run does not depend on it.
                let _ = writeln!(file, "{line}");
            }
            let _ = file.flush();
            before = now;
        }
    });
    Ok(())
}

fn number(who: Sender) -> Option<usize> {
    who.map(|place| place + 1)
}
