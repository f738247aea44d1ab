//! What the same machine takes for the smallest parts of a payment, measured in the same run.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use ureq::Agent;

use crate::Failed;
use crate::figures::Spread;

const TIMES: usize = 200;

/// 4 KiB appended to a file and synced, on the disk that holds the nodes' databases.
pub fn fsync(folder: &Path) -> Result<Spread, Failed> {
    let mut file = std::fs::File::create(folder.join("fsync"))?;
    let page = [0x5a; 4096];
    measure(|| {
        file.write_all(&page)?;
        Ok(file.sync_data()?)
    })
}

/// A question that a node answers without thinking, on a connection that is open already.
pub fn round_trip(base: &str) -> Result<Spread, Failed> {
    let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
    let url = format!("{base}/v1/nothing");
    agent.get(&url).call()?.body_mut().read_to_vec()?;
    measure(|| Ok(agent.get(&url).call()?.body_mut().read_to_vec().map(drop)?))
}

fn measure(mut work: impl FnMut() -> Result<(), Failed>) -> Result<Spread, Failed> {
    let mut taken = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let start = Instant::now();
        work()?;
        taken.push(start.elapsed());
    }
    Ok(Spread::of(taken))
}
