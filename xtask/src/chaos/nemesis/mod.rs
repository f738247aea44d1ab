//! Does what the schedule says, and takes it back.

mod attacks;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::relay::locked;
use super::relay::weather::Weather;
use super::schedule::{Fault, LANES, Planned};
use super::shops::{Shop, faketime};
use super::world::World;
use crate::demo::home;

/// How long a node may take to start.
const START: Duration = Duration::from_secs(20);

/// Follows the schedule, one thread for each lane.
pub fn follow(world: &World<'_>, schedule: &[Planned], begun: Instant) {
    std::thread::scope(|scope| {
        for lane in LANES {
            scope.spawn(move || {
                for planned in schedule.iter().filter(|planned| planned.lane == lane) {
                    if !world.rest((begun + planned.start).saturating_duration_since(Instant::now())) {
                        return;
                    }
                    let outcome = play(world, planned);
                    world.note(outcome);
                    locked(&world.now).remove(&lane);
                }
            });
        }
    });
}

/// One fault from its beginning to its end.
fn play(world: &World<'_>, planned: &Planned) -> Result<(), String> {
    let fault = &planned.fault;
    if let Some(why) = impossible(world, fault) {
        return world.history.event("left out", json!({ "fault": fault.to_string(), "why": why }));
    }
    locked(&world.now).insert(planned.lane, fault.to_string());
    world.history.event("fault", json!({ "fault": fault.to_string(), "kind": fault.kind() }))?;
    *locked(&world.done).entry(fault.kind()).or_default() += 1;
    match fault {
        Fault::Weather(weather) => during(world, planned, || world.relay.weather(*weather)),
        Fault::Cut(ways, _) => during(world, planned, || world.relay.cut(ways.clone())),
        Fault::Breaking(rate) => during(world, planned, || world.relay.breaking(*rate)),
        Fault::Kill(places) => kill(world, planned, places)?,
        Fault::Stop(places) => {
            some(world, places).for_each(Shop::stop);
            world.rest(planned.length);
            some(world, places).for_each(Shop::go_on);
        }
        Fault::DiskFull(_) => fill_disk(world, planned)?,
        Fault::Clock(place, off) => some(world, &[*place]).try_for_each(|shop| clock(world, planned, shop, *off))?,
        Fault::OldDatabase(place) => some(world, &[*place]).try_for_each(|shop| restore(world, planned, shop))?,
        Fault::Rubbish(_) | Fault::Replay(_) | Fault::Connections(_) | Fault::Huge(_) | Fault::Stranger => {
            attacks::play(world, planned)?;
        }
    }
    world.history.event("healed", json!({ "fault": fault.to_string() }))
}

fn impossible(world: &World<'_>, fault: &Fault) -> Option<&'static str> {
    match fault {
        Fault::DiskFull(_) if world.small_disk.is_none() => Some("nothing may be mounted here"),
        Fault::Clock(..) if faketime().is_none() => Some("there is no libfaketime"),
        _ => None,
    }
}

/// Begins a fault of the network, waits, and lets the network be good again.
fn during(world: &World<'_>, planned: &Planned, begin: impl FnOnce()) {
    begin();
    world.rest(planned.length);
    calm(world);
}

fn calm(world: &World<'_>) {
    world.relay.weather(Weather::default());
    world.relay.cut(BTreeSet::new());
    world.relay.breaking(0);
}

fn some<'w>(world: &'w World<'_>, places: &[usize]) -> impl Iterator<Item = &'w Shop> + use<'w> {
    let places = places.to_vec();
    world.shops.iter().filter(move |shop| places.contains(&shop.place))
}

fn kill(world: &World<'_>, planned: &Planned, places: &[usize]) -> Result<(), String> {
    some(world, places).for_each(Shop::kill);
    world.rest(planned.length);
    some(world, places).try_for_each(|shop| shop.start(&world.ronde))
}

/// Takes every byte, again and again: what the node frees is taken too.
fn fill_disk(world: &World<'_>, planned: &Planned) -> Result<(), String> {
    let Some(folder) = &world.small_disk else { return Ok(()) };
    let filler = folder.join("filler");
    let failed = |error: std::io::Error| format!("{}: {error}", filler.display());
    let mut file = File::create(&filler).map_err(failed)?;
    let until = Instant::now() + planned.length;
    while Instant::now() < until && !world.is_over() {
        for piece in [1 << 20, 4096, 1] {
            // Ends with "no space left on device": that is what it is for.
            while file.write_all(&vec![0xa5; piece]).and_then(|()| file.sync_data()).is_ok() {}
        }
        world.rest(Duration::from_millis(300));
    }
    std::fs::remove_file(&filler).map_err(failed)
}

/// Started again with a wrong clock, and in the end with the right one. While it is far ahead its till makes no grants:
/// they would be dated into the future, and nobody could claim them before.
fn clock(world: &World<'_>, planned: &Planned, shop: &Shop, off: i64) -> Result<(), String> {
    let reopen = !shop.closed.swap(off > 0 || shop.is_closed(), Ordering::Relaxed);
    shop.set_clock(off);
    shop.kill();
    shop.start(&world.ronde)?;
    world.rest(planned.length);
    shop.set_clock(0);
    shop.kill();
    shop.start(&world.ronde)?;
    if reopen {
        shop.closed.store(false, Ordering::Relaxed);
    }
    Ok(())
}

/// The database is replaced by a copy of before. In between the tills of the store make nothing new: grants and
/// checkouts that only the lost database knew would be lost with it, which no protocol can mend.
fn restore(world: &World<'_>, planned: &Planned, shop: &Shop) -> Result<(), String> {
    let home = world.ronde.home();
    let (data, copy) = (home.join(&shop.folder).join("data"), home.join(&shop.folder).join("data.old"));
    shop.close();
    shop.stop();
    let copied = home::copy(&data, &copy).map_err(|error| format!("the database can't be copied: {error}"));
    shop.go_on();
    copied?;
    world.history.event("copied", json!({ "store": shop.number(), "log": log(shop) }))?;
    if !world.rest(planned.length) {
        return Ok(());
    }
    let before = log(shop);
    shop.kill();
    let replaced = std::fs::remove_dir_all(&data).and_then(|()| home::copy(&copy, &data));
    replaced.map_err(|error| format!("the database can't be replaced: {error}"))?;
    world.history.event("restored", json!({ "store": shop.number(), "log": before }))?;
    shop.start(&world.ronde)?;
    // Whatever it votes on from here on it votes on with an old database.
    let begun = Instant::now();
    while log(shop).is_none() && begun.elapsed() < START && !world.is_over() {
        std::thread::sleep(Duration::from_millis(20));
    }
    if let Some(size) = log(shop) {
        world.history.event("woke up", json!({ "store": shop.number(), "log": size }))?;
    }
    shop.closed.store(false, Ordering::Relaxed);
    Ok(())
}

/// How many entries the log of a node has; none if it does not answer.
fn log(shop: &Shop) -> Option<u64> {
    let status = shop.get("/v1/status", None).ok()?;
    status.pointer("/log/0/size").and_then(Value::as_u64)
}

/// Ends all faults: the network is good, all disks have room, all clocks are right, all nodes run.
pub fn heal(world: &World<'_>) -> Result<(), String> {
    calm(world);
    let filler: Option<PathBuf> = world.small_disk.as_ref().map(|folder| folder.join("filler"));
    if let Some(filler) = filler.filter(|filler| filler.exists()) {
        std::fs::remove_file(filler).map_err(|error| format!("the disk can't be emptied: {error}"))?;
    }
    for shop in &world.shops {
        shop.go_on();
        shop.start(&world.ronde)?;
        shop.closed.store(false, Ordering::Relaxed);
    }
    world.shops.iter().try_for_each(|shop| shop.wait(START))
}
