//! What the kernel says about a process: `proc(5)`. Linux alone has it.

use std::process::Command;

use crate::Failed;

/// Ticks per second of the times in `/proc`.
pub struct Ticks(f64);

impl Ticks {
    /// Asks the system.
    pub fn of_this_system() -> Result<Self, Failed> {
        let output = Command::new("getconf").arg("CLK_TCK").output()?;
        Ok(Self(String::from_utf8(output.stdout)?.trim().parse()?))
    }
}

/// Seconds of CPU that a process has used, in user and system mode.
pub fn cpu_seconds(pid: u32, ticks: &Ticks) -> Result<f64, Failed> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name in parentheses may hold anything: count from its end. Fields 14 and 15, the state being the third.
    let rest = stat.rsplit_once(") ").ok_or("no name in /proc/PID/stat")?.1;
    let times = rest.split(' ').skip(11).take(2).map(str::parse::<f64>);
    Ok(times.sum::<Result<f64, _>>()? / ticks.0)
}

/// Seconds of CPU that everything on this machine has used, the system's own work too.
#[allow(dead_code, reason = "the load client asks for it")]
pub fn machine_seconds(ticks: &Ticks) -> Result<f64, Failed> {
    let stat = std::fs::read_to_string("/proc/stat")?;
    let line = stat.lines().find_map(|line| line.strip_prefix("cpu ")).ok_or("no cpu in /proc/stat")?;
    let times = line.split_whitespace().take(8).map(str::parse::<f64>).collect::<Result<Vec<_>, _>>()?;
    // Not what was idle, or idle while a disk worked: the fourth and fifth.
    let idle: f64 = times.iter().skip(3).take(2).sum();
    Ok((times.iter().sum::<f64>() - idle) / ticks.0)
}

/// Bytes that a process caused to be written to a disk.
pub fn written_bytes(pid: u32) -> Result<f64, Failed> {
    field(&format!("/proc/{pid}/io"), "write_bytes:")
}

/// Memory that a process has resident now, in MiB.
pub fn resident_mib(pid: u32) -> Result<f64, Failed> {
    Ok(field(&format!("/proc/{pid}/status"), "VmRSS:")? / 1024.0)
}

/// The most that it ever had, in MiB.
pub fn peak_mib(pid: u32) -> Result<f64, Failed> {
    Ok(field(&format!("/proc/{pid}/status"), "VmHWM:")? / 1024.0)
}

fn field(file: &str, name: &str) -> Result<f64, Failed> {
    let text = std::fs::read_to_string(file)?;
    let value = text.lines().find_map(|line| line.strip_prefix(name));
    let value = value.and_then(|rest| rest.split_whitespace().next());
    Ok(value.ok_or_else(|| format!("no {name} in {file}"))?.parse()?)
}
