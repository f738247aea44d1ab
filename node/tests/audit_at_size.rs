//! `ronde audit` over exported logs of many orders: in whatever pieces they are read it says the same, and what it writes as
//! evidence convicts offline.

#[path = "../../protocol/tests/big_logs/mod.rs"]
mod big_logs;
#[path = "cli_support/mod.rs"]
mod cli_support;
#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;
#[path = "../../xtask/src/audit_logs/write.rs"]
mod write;

use std::path::Path;

use big_logs::{Cheat, Made, Maker, Sketcher, WITNESSES, Weaver, town};
use cli_support::Desk;
use federation_support::{Dice, random_seed};
use serde_json::Value;
use write::LogFile;

/// Orders in each log.
const ORDERS: u64 = 400;

/// The logs of these orders in a folder; somebody may cheat at one of them.
fn export(folder: &Path, maker: &Maker<'_>, orders: &[Made], cheat: Option<(Cheat, u64)>) {
    std::fs::create_dir_all(folder.join("charter")).unwrap();
    write::charter(&folder.join("charter"), &maker.federation.signed).unwrap();
    let mut files: Vec<LogFile> = (0..WITNESSES).map(|witness| LogFile::create(folder, witness).unwrap()).collect();
    let (mut weaver, mut cheat, mut other) = (Weaver::new(3), cheat, None);
    let mut write = |witness: u8, entry| files[usize::from(witness)].write(&entry).unwrap();
    for made in orders {
        other = weaver.push_with(&mut cheat, maker, made, &mut write).or(other);
    }
    assert!(cheat.is_none(), "no order was left to cheat with");
    weaver.finish(&mut write);
    for (witness, file) in (0..).zip(files) {
        file.finish(maker, witness, other.filter(|head| head.index.0 == witness)).unwrap();
    }
}

/// What the command says of a folder, the same in pieces of any size.
fn audit(desk: &Desk, folder: &str, dice: &mut Dice, code: i32) -> Value {
    let said = desk.ronde(&format!("audit --logs {folder} --evidence {folder}-found --json"));
    assert_eq!(said.code, code, "{}\n{}", said.out, said.err);
    for round in [1, 1 + dice.roll(300_000)] {
        let again = desk.ronde(&format!("audit --logs {folder} --evidence {folder}-again --json --round {round}"));
        assert_eq!(said.out, again.out, "in rounds of {round} bytes");
    }
    said.json()
}

#[test]
fn long_logs_say_the_same_in_whatever_pieces_they_are_read_and_name_each_culprit() {
    let federation = town();
    let seed = random_seed();
    let (maker, mut sketcher, mut dice) = (Maker::new(&federation, seed), Sketcher::new(seed), Dice(seed));
    let orders: Vec<Made> = (0..ORDERS).map(|_| maker.make(&sketcher.next())).collect();
    let desk = Desk::new();
    export(&desk.path("honest"), &maker, &orders, None);
    let honest = audit(&desk, "honest", &mut dice, 0);
    assert_eq!((&honest["verdict"], &honest["keysets"][0]["orders"]), (&"well".into(), &ORDERS.into()));
    for cheat in Cheat::ALL {
        let name = cheat.name();
        export(&desk.path(name), &maker, &orders, Some((cheat, cheat.place(&orders, &mut dice))));
        let said = audit(&desk, name, &mut dice, 2);
        let findings = said["keysets"][0]["findings"].as_array().unwrap();
        assert!(!findings.is_empty(), "seed {seed}: {name}");
        for finding in findings {
            assert_eq!(finding["offence"], cheat.offence().code(), "seed {seed}: {said}");
        }
        let files = said["evidence"].as_array().unwrap();
        assert_eq!(files.len(), findings.len());
        for file in files {
            let file = file.as_str().unwrap();
            let line = format!("evidence verify {name}-found/{file} --charter {name}/charter --json");
            let checked = desk.ronde(&line).ok().json();
            assert_eq!(checked["offence"], cheat.offence().code(), "seed {seed}: {checked}");
        }
    }
    // Half a line at its end, and a log is as good as not handed over.
    let file = desk.path("honest").join("keyset-1.2.witness-1.log");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() - 9]).unwrap();
    let said = audit(&desk, "honest", &mut dice, 1);
    assert_eq!(said["keysets"][0]["logs"][1]["state"], "missing", "{said}");
    assert_eq!(said["keysets"][0]["orders"], ORDERS);
    assert!(said["keysets"][0]["trouble"][0].as_str().unwrap().contains("says what is no log"), "{said}");
}
