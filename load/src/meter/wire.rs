//! What passed over the loopback interface, as the kernel counts it for this network namespace.

use crate::Failed;

/// Bytes of IP and TCP headers of a segment: 20, and 20 with a timestamp of 12.
const HEADERS: u64 = 52;

/// Counters of the kernel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wire {
    /// Bytes, headers included.
    pub bytes: u64,
    /// TCP's segments.
    pub segments: u64,
    /// Times that something was handed to UDP to be sent. With the kernel's help several datagrams may be one such time.
    pub sends: u64,
}

impl Wire {
    /// Now.
    pub fn read() -> Result<Self, Failed> {
        let devices = std::fs::read_to_string("/proc/net/dev")?;
        let protocols = std::fs::read_to_string("/proc/net/snmp")?;
        Self::parse(&devices, &protocols).ok_or_else(|| "the kernel's counters in /proc/net can't be read".into())
    }

    fn parse(devices: &str, protocols: &str) -> Option<Self> {
        let lo = devices.lines().find_map(|line| line.trim_start().strip_prefix("lo:"))?;
        // What was received; on this interface all that is sent is received.
        let bytes = lo.split_whitespace().next()?.parse().ok()?;
        let counter = |protocol: &str, name: &str| {
            let mut lines = protocols.lines().filter_map(|line| line.strip_prefix(protocol)?.strip_prefix(':'));
            let at = lines.next()?.split_whitespace().position(|column| column == name)?;
            lines.next()?.split_whitespace().nth(at)?.parse().ok()
        };
        Some(Self { bytes, segments: counter("Tcp", "OutSegs")?, sends: counter("Udp", "OutDatagrams")? })
    }

    /// Between an earlier reading and this one: bytes of UDP with its headers, given the bytes of HTTP, and times that
    /// something was sent.
    pub fn datagrams_since(&self, before: &Self, http: u64) -> (u64, u64) {
        let tcp = http + HEADERS * self.segments.saturating_sub(before.segments);
        let bytes = self.bytes.saturating_sub(before.bytes).saturating_sub(tcp);
        (bytes, self.sends.saturating_sub(before.sends))
    }
}

#[cfg(test)]
mod tests;
