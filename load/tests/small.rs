//! Twenty orders on one real node, and what is said of them.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const LOAD: &str = env!("CARGO_BIN_EXE_ronde-load");

/// `ronde` lies beside the client if the whole workspace was built for its tests; else it is built now.
fn ronde() -> PathBuf {
    let folder = Path::new(LOAD).parent().unwrap();
    let ronde = folder.join("ronde");
    if !ronde.exists() {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--package", "ronde-node", "--bin", "ronde", "--target-dir"]);
        build.arg(folder.parent().unwrap());
        if folder.ends_with("release") {
            build.arg("--release");
        }
        assert!(build.current_dir(env!("CARGO_MANIFEST_DIR")).status().unwrap().success());
    }
    ronde
}

#[test]
fn twenty_orders_are_made_sent_counted_and_verified_and_nothing_is_left_behind() {
    let home = tempfile::tempdir().unwrap();
    let (json, svg, runs) = (home.path().join("figures.json"), home.path().join("chart.svg"), home.path().join("runs"));
    let typed =
        "n1 --rate 20 --arrivals even --seconds 1 --warmup 0 --mix redeem=2,swap=1,earn=1 --seed 7 --shared-network";
    let mut load = Command::new(LOAD);
    load.args(typed.split(' ')).arg("--ronde").arg(ronde());
    load.arg("--json").arg(&json).arg("--svg").arg(&svg).arg("--folder").arg(&runs);
    let said = load.output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(said.status.success(), "{out}{err}");
    for words in
        ["1 nodes, 1 votes", "redeem: till hears it", "swap: all evaluations are there", "synced commits per order"]
    {
        assert!(out.contains(words), "no {words:?} in {out}");
    }
    let report: Value = serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap();
    let phase = &report["phases"][0];
    let count = |deed: usize| {
        (phase["deeds"][deed]["deed"].as_str().unwrap(), phase["deeds"][deed]["change"]["count"].as_u64())
    };
    assert_eq!([0, 1, 2].map(count), [("redeem", Some(10)), ("swap", Some(5)), ("earn", Some(5))]);
    assert_eq!(phase["deeds"][0]["till"]["count"], 10);
    assert!(phase["deeds"][1].get("till").is_none(), "a Swap has no till");
    for name in ["node_cpu_ms_per_order", "syncs_per_order", "memory_mb"] {
        assert!(phase[name][0].as_f64().unwrap() > 0.0, "{name} in {phase}");
    }
    assert!(phase["http_bytes_per_order"].as_f64().unwrap() > 1000.0);
    assert!(std::fs::read_to_string(&svg).unwrap().contains("orders a second"));
    assert_eq!(std::fs::read_dir(&runs).unwrap().count(), 0, "the run's folder is removed");
}

#[test]
fn nodes_that_were_killed_certify_an_order_soon_after_their_start() {
    let home = tempfile::tempdir().unwrap();
    let json = home.path().join("figures.json");
    let mut load = Command::new(LOAD);
    load.args("n1 --restart --spent 20000 --seed 7 --shared-network --folder".split(' ')).arg(home.path().join("runs"));
    let said = load.arg("--json").arg(&json).arg("--ronde").arg(ronde()).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(said.status.success() && out.contains("20000 coins spent"), "{out}{err}");
    let report: Value = serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap();
    let times = report["restart"]["vote_ms"].as_array().unwrap();
    assert!(times.len() > 1 && times.iter().all(|time| time.as_f64().unwrap() > 0.0), "{report}");
}

#[test]
fn what_can_not_be_done_is_said_with_its_fix() {
    let home = tempfile::tempdir().unwrap();
    let mut load = Command::new(LOAD);
    load.args(["n1", "--shared-network", "--ronde", "/nowhere/ronde", "--folder"]).arg(home.path());
    let said = load.output().unwrap();
    let err = String::from_utf8_lossy(&said.stderr);
    assert!(!said.status.success() && err.contains("name it with --ronde"), "{err}");
}
