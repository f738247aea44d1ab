//! The table.

use std::fmt::Write as _;

use super::Report;
use crate::bars::Bar;
use crate::latency::Spread;
use crate::phase::Figures;
use crate::restart::Restarted;

impl Report {
    /// For people. Writing into a text can't fail, so that nothing is said of it.
    pub fn table(&self) -> String {
        let mut text = String::new();
        let Self { nodes, quorum, mix, seed, delay_ms, cores, .. } = self;
        let _ = writeln!(
            text,
            "\n{nodes} nodes, {quorum} votes; {mix}; {cores} cores; seed {seed}; delay {delay_ms} ms each way"
        );
        if self.phases.len() > 1 {
            let _ = writeln!(text, "\n{:32}{:>10}{:>9}{:>9}{:>10}", "phase", "orders/s", "p50 ms", "p99 ms", "kept up");
            for phase in &self.phases {
                let Figures { name, rate, headline: Spread { p50_ms, p99_ms, .. }, .. } = phase;
                let kept = if phase.planned_rate.is_none() {
                    ""
                } else if phase.kept_up() {
                    "yes"
                } else {
                    "no"
                };
                let _ = writeln!(text, "{name:32}{rate:>10.1}{p50_ms:>9.2}{p99_ms:>9.2}{kept:>10}");
            }
        }
        if let Some(highest) = self.highest {
            let _ = writeln!(text, "\nhighest rate that was kept up: {highest:.1} orders/s");
        }
        if let Some(last) = self.phases.last() {
            text += &last.table();
        }
        let _ = writeln!(
            text,
            "memory of a node, MB: idle {}; most, preparations too {}",
            list(&self.idle_memory_mb, 1),
            list(&self.peak_memory_mb, 1)
        );
        if !self.own_network {
            text += "bytes between nodes hold what other programs sent over this machine's loopback meanwhile: for a \
                     network of its own the run needs `unshare` and `ip`, as root or where users may make namespaces\n";
        }
        self.more(&mut text);
        text
    }

    fn more(&self, text: &mut String) {
        if let Some(attack) = &self.attack {
            let left = 100.0 * attack.rate / attack.quiet_rate.max(f64::MIN_POSITIVE);
            let _ = writeln!(
                text,
                "\nattack: {:.0} forged orders/s refused by the witnesses together, {} other answers; its own time is \
                 among everything else's\nhonest orders: {:.1}/s of {:.1}/s in quiet are left, {left:.0} %; p99 {:.1} ms, in \
                 quiet {:.1} ms",
                attack.refused_per_second,
                attack.other,
                attack.rate,
                attack.quiet_rate,
                attack.p99_ms,
                attack.quiet_p99_ms
            );
        }
        if let Some(Restarted { spent, ready_ms, vote_ms }) = &self.restart {
            let _ = writeln!(text, "\nfrom the start of all nodes at once, {spent} coins spent at each; milliseconds");
            for (what, times) in [("the last of them is ready", ready_ms), ("the first order is certified", vote_ms)] {
                let _ = writeln!(text, "{what:32} {} (median {:.0})", list(times, 0), Restarted::median(times));
            }
        }
        if let Some(soak) = &self.soak {
            let _ = writeln!(text, "\n{:32}{:>9}{:>9}{:>9}", "after the first minute", "mean", "rise", "bound");
            for (name, trend) in &soak.trends {
                let _ = match trend {
                    Some(one) => {
                        let grew = if one.grew { "  GREW" } else { "" };
                        writeln!(text, "{name:32}{:>9.2}{:>9.2}{:>9.2}{grew}", one.mean, one.rise, one.bound)
                    }
                    None => writeln!(text, "{name:32}  too few samples: soak for 3 minutes or more"),
                };
            }
            if let Some(fix) = soak.fix() {
                let _ = writeln!(text, "{fix}");
            }
            let _ = writeln!(text, "\nthe same in all windows, those included in which the machine was slow");
            for (name, trend) in soak.in_all.iter().filter_map(|(name, trend)| Some((name, (*trend)?))) {
                let _ = writeln!(text, "{name:32}{:>9.2}{:>9.2}{:>9.2}", trend.mean, trend.rise, trend.bound);
            }
        }
        if !self.bars.is_empty() {
            let _ = writeln!(text, "\n{:52}{:>10}{:>12}", "bar", "measured", "bar");
        }
        for Bar { what, value, bar, at_least, ok } in &self.bars {
            let (sign, said) = (if *at_least { ">=" } else { "<=" }, if *ok { "ok" } else { "OVER" });
            let _ = writeln!(text, "{what:52}{value:>10.2}{sign:>5}{bar:>7.1}  {said}");
        }
    }
}

impl Figures {
    fn table(&self) -> String {
        let Self { name, orders, seconds, rate, .. } = self;
        let mut text = format!("\n{name}: {orders} orders in {seconds:.1} s, {rate:.1} orders/s");
        let _ = match (self.planned_rate, self.clients) {
            (Some(planned), _) => writeln!(text, ", {planned:.1} planned"),
            (_, Some(clients)) => writeln!(text, ", {clients} clients"),
            _ => writeln!(text),
        };
        let _ = writeln!(
            text,
            "{:44}{:>9}{:>9}{:>9}{:>9}{:>9}",
            "milliseconds, from the planned start", "p50", "p90", "p99", "p99.9", "max"
        );
        for deed in &self.deeds {
            let of = deed.deed.name();
            if let Some(till) = &deed.till {
                text += &row(&format!("{of}: till hears it by a long poll"), till);
            }
            text += &row(&format!("{of}: the store answers the POST"), &deed.answer);
            text += &row(&format!("{of}: all evaluations are there"), &deed.change);
        }
        for part in &self.stages {
            let (rate, length) = (part.stage.rate, part.stage.length.as_secs_f64());
            text += &row(&format!("customers, {rate:.0}/s for {length:.0} s"), &part.headline);
            let _ = writeln!(text, "    the last of them was done {:.1} s after it", part.behind);
        }
        let _ = writeln!(
            text,
            "in flight: {} at most, {} when the last came; waited for the bound {}; later questions per order {:.3}",
            self.most_in_flight, self.in_flight_at_end, self.capped, self.questions_per_order
        );
        let _ = writeln!(
            text,
            "CPU per order, ms: nodes {} = {:.2}, load {:.2}",
            list(&self.node_cpu_ms_per_order, 2),
            self.node_cpu_ms_per_order.iter().sum::<f64>(),
            self.client_cpu_ms_per_order
        );
        let [nodes, load, others] = self.processors;
        let _ = writeln!(text, "processors used: nodes {nodes:.2}, load {load:.2}, everything else {others:.2}");
        let _ = writeln!(
            text,
            "synced commits per order: {} with {} jobs",
            list(&self.syncs_per_order, 2),
            list(&self.jobs_per_order, 2)
        );
        let _ = writeln!(
            text,
            "bytes per order: between nodes {:.0} in {:.1} sends, HTTP {:.0}",
            self.datagram_bytes_per_order, self.datagram_sends_per_order, self.http_bytes_per_order
        );
        let _ = writeln!(text, "most memory in it, MB: {}", list(&self.memory_mb, 1));
        if !self.troubles.is_empty() {
            let troubles: Vec<String> = self.troubles.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
            let _ = writeln!(text, "refused or broken, and sent again: {}", troubles.join(", "));
        }
        text
    }
}

fn row(name: &str, spread: &Spread) -> String {
    let Spread { p50_ms, p90_ms, p99_ms, p999_ms, max_ms, .. } = spread;
    format!("{name:44}{p50_ms:>9.2}{p90_ms:>9.2}{p99_ms:>9.2}{p999_ms:>9.2}{max_ms:>9.2}\n")
}

fn list(values: &[f64], digits: usize) -> String {
    values.iter().map(|value| format!("{value:.digits$}")).collect::<Vec<_>>().join(" ")
}
