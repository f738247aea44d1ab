//! `cargo xtask chaos`: real processes, real disks, real faults.
//!
//! A federation of four to seven nodes, founded by the command line, whose datagrams to one another and whose HTTP calls
//! all pass a relay. Wallets are at work while a nemesis follows a schedule that the seed decides. In the end everything
//! is healed, every wallet completes what it signed, `ronde audit` reads all logs, and a program of its own
//! (`xtask/chaos/check_history.py`) checks the history of all that clients saw.

mod chance;
mod cli;
mod founding;
mod ground;
mod history;
mod nemesis;
mod options;
mod relay;
mod report;
mod schedule;
mod settle;
mod shops;
mod wallets;
mod world;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::build;
use crate::demo::{ronde::Ronde, screen::Screen, stop::Stop};
use crate::tools::{Tool, provide, repository, target_dir};
use chance::Chance;
use ground::{Ground, SmallDisk};
use history::History;
use options::Options;
use relay::{Relay, Whose, locked};
use shops::{Pids, Shop};
use world::World;

/// How long nodes may take to start, on a busy machine.
const START: Duration = Duration::from_secs(30);
/// Wallets at work.
const WALLETS: usize = 5;

/// Runs `cargo xtask chaos`.
pub fn run(arguments: &[String]) -> ExitCode {
    let options = match Options::parse(arguments) {
        Ok(options) => options,
        Err(wrong) => {
            eprintln!("chaos: {wrong}");
            return ExitCode::from(2);
        }
    };
    match chaos(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("chaos: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Two minutes with four nodes, for the check.
pub fn hurried() -> Result<(), String> {
    chaos(&Options { length: Duration::from_secs(120), nodes: Some(4), ..Options::default() })
}

fn chaos(options: &Options) -> Result<(), String> {
    let nodes = options.nodes.unwrap_or_else(|| 4 + Chance::new(options.seed, "nodes").place(4));
    let schedule = schedule::plan(options.seed, options.length, nodes);
    println!("seed {}: {nodes} nodes, {} faults; to repeat: {}", options.seed, schedule.len(), options.command());
    if options.plan {
        schedule.iter().for_each(|planned| println!("{planned}"));
        return Ok(());
    }
    // Without it one kind of fault is left out, which is said.
    let _ = provide(&[Tool::Faketime]);
    let screen = Screen::of_stdout();
    let binary = match &options.ronde {
        Some(built) => std::path::absolute(built).map_err(|error| error.to_string())?,
        None => build::ronde(screen.colour)?,
    };
    let stop = Stop::listen().map_err(|error| format!("signals can't be heard: {error}"))?;
    let home = folder(options.seed)?;
    let outcome = one_run(options, &schedule, &binary, &stop, (&home, nodes));
    match outcome {
        Ok(()) if options.keep => println!("All is well. Everything is kept in {}", home.display()),
        Ok(()) => {
            std::fs::remove_dir_all(&home).map_err(|error| format!("{} stays: {error}", home.display()))?;
            println!("All is well.");
        }
        Err(_) if stop.is_asked() => return Err("stopped before the end".to_owned()),
        Err(why) => {
            return Err(format!("{why}\nEverything is kept in {}; to repeat: {}", home.display(), options.command()));
        }
    }
    Ok(())
}

/// A new folder for the run.
fn folder(seed: u64) -> Result<PathBuf, String> {
    let home = target_dir().join("chaos").join(seed.to_string());
    let failed = |error: std::io::Error| format!("{} can't be used: {error}", home.display());
    if home.exists() {
        std::fs::remove_dir_all(&home).map_err(failed)?;
    }
    std::fs::create_dir_all(&home).map_err(failed)?;
    home.canonicalize().map_err(failed)
}

fn one_run(
    options: &Options,
    schedule: &[schedule::Planned],
    binary: &Path,
    stop: &Stop,
    (home, nodes): (&Path, usize),
) -> Result<(), String> {
    let ronde = Ronde::new(binary, home);
    let ground = Ground::make(nodes, options.loopback).map_err(|error| format!("no place for nodes: {error}"))?;
    let ground = Arc::new(Mutex::new(ground));
    let outcome = in_world(options, schedule, &ronde, stop, &ground);
    // The nodes are gone: what was on mounted disks stays with the rest.
    locked(&ground).take_down();
    outcome
}

fn in_world(
    options: &Options,
    schedule: &[schedule::Planned],
    ronde: &Ronde,
    stop: &Stop,
    ground: &Arc<Mutex<Ground>>,
) -> Result<(), String> {
    let mut world = open(options, ronde, stop, ground)?;
    println!("{WALLETS} wallets are at work for {} minutes", options.length.as_secs() / 60);
    let begun = Instant::now();
    world.end = begun + options.length;
    let world = world;
    std::thread::scope(|scope| {
        let world = &world;
        for name in &world.wallets {
            scope.spawn(move || world.note(wallets::Worker::new(world, name).work()));
        }
        scope.spawn(|| report::progress(world));
        nemesis::follow(world, schedule, begun);
    });
    if stop.is_asked() {
        return Err("stopped before the end".to_owned());
    }
    println!("The faults are over; everything is healed, completed and audited");
    nemesis::heal(&world)?;
    settle::settle(&world)?;
    report::tables(&world);
    let judged = judge(ronde.home());
    let wrongs = locked(&world.wrongs).clone();
    for wrong in &wrongs {
        println!("  WRONG: {wrong}");
    }
    if wrongs.is_empty() { judged } else { Err(format!("{} things are wrong", wrongs.len())) }
}

/// Founds the federation and starts everything.
fn open<'a>(
    options: &'a Options,
    ronde: &Ronde,
    stop: &'a Stop,
    ground: &Arc<Mutex<Ground>>,
) -> Result<World<'a>, String> {
    let home = ronde.home();
    let failed = |error: std::io::Error| format!("the run can't begin: {error}");
    let told = |failure: crate::demo::failure::Failure| format!("{}: {}", failure.expected, failure.happened);
    let (places, ip, spaces) = {
        let ground = locked(ground);
        (ground.places.clone(), ground.relay, ground.has_spaces())
    };
    let pids: Pids = Arc::new(Mutex::new(vec![None; places.len()]));
    let whose: Whose = {
        let (ground, pids) = (Arc::clone(ground), Arc::clone(&pids));
        Arc::new(move |caller| locked(&ground).whose(caller, &locked(&pids)))
    };
    let own: Vec<_> = places.iter().map(|place| (place.quic, place.http)).collect();
    let relay = Relay::open(ip, &own, &whose, options.seed, &home.join("relay.jsonl")).map_err(failed)?;
    let gated = places.into_iter().zip(&relay.gates).enumerate();
    let shops: Vec<Shop> = gated.map(|(place, (ground, gate))| Shop::new(place, ground, *gate, &pids)).collect();
    founding::found(ronde, &shops, &relay).map_err(told)?;
    let small = shops.last().map(|shop| home.join(&shop.folder).join("data"));
    let disk = small.as_ref().map_or(SmallDisk::None, |data| locked(ground).small_disk(data, &home.join("disk.img")));
    println!("{}; {}; {}", said_of_spaces(spaces), said_of_disk(disk), said_of_clock());
    for shop in &shops {
        shop.start(ronde)?;
    }
    shops.iter().try_for_each(|shop| shop.wait(START))?;
    let history = History::create(&home.join("history.jsonl")).map_err(failed)?;
    let quorum = (shops.len() + (shops.len() - 1) / 3) / 2 + 1;
    history.event("start", json!({ "seed": options.seed, "nodes": shops.len(), "quorum": quorum }))?;
    let mut world = World {
        options,
        ronde: ronde.clone(),
        history,
        relay,
        shops,
        stop,
        wallets: Vec::new(),
        tokens: Vec::new(),
        checkouts: Mutex::default(),
        grants: Mutex::default(),
        now: Mutex::default(),
        done: Mutex::default(),
        killed: Default::default(),
        wrongs: Mutex::default(),
        end: Instant::now() + options.length,
        small_disk: small.filter(|_| disk != SmallDisk::None),
        settling: Default::default(),
    };
    tills_and_wallets(&mut world).map_err(told)?;
    Ok(world)
}

fn tills_and_wallets(world: &mut World<'_>) -> Result<(), crate::demo::failure::Failure> {
    let ronde = &world.ronde;
    for shop in &world.shops {
        let (config, token, url) = (shop.config(), shop.token(), shop.url());
        let scope = "grant,redeem,manager";
        let typed = ["till", "add", "counter", "--scope", scope, "--out", &token, "--config", &config, "--node", &url];
        ronde.run(&typed)?;
        let read = std::fs::read_to_string(ronde.home().join(&token));
        let read = read.map_err(|error| crate::demo::failure::Failure::new("a till's token", error.to_string()))?;
        world.tokens.push(read.trim().to_owned());
    }
    for number in 1..=WALLETS {
        let name = format!("wallet-{number}");
        let url = world.shops.get(number % world.shops.len()).map(|shop| shop.url()).unwrap_or_default();
        ronde.run(&["wallet", "--wallet", &name, "new", "--node", &url])?;
        world.wallets.push(name);
    }
    Ok(())
}

/// The program that shares no code with what it judges.
fn judge(home: &Path) -> Result<(), String> {
    let mut python = Command::new("python3");
    python.arg(repository().join("xtask/chaos/check_history.py"));
    python.arg(home.join("history.jsonl")).arg("--logs").arg(home.join(settle::LOGS));
    println!();
    match python.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err("the history does not add up".to_owned()),
        Err(error) => Err(format!("python3 did not start: {error}")),
    }
}

fn said_of_spaces(spaces: bool) -> &'static str {
    if spaces { "every node in a network namespace of its own" } else { "all nodes on loopback addresses" }
}

fn said_of_disk(disk: SmallDisk) -> &'static str {
    match disk {
        SmallDisk::Loop => "one on a small ext4 disk that can be filled",
        SmallDisk::Tmpfs => "one on a small tmpfs that can be filled",
        SmallDisk::None => "no disk is filled, since nothing may be mounted here",
    }
}

fn said_of_clock() -> &'static str {
    match shops::faketime() {
        Some(_) => "clocks go wrong by libfaketime",
        None => "no clock goes wrong, since libfaketime is not there (package faketime)",
    }
}

#[cfg(test)]
mod tests;
