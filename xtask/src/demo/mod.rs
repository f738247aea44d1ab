//! `cargo xtask demo`: a federation of four shops on this machine, with nothing mocked.
//!
//! Founded by the command line, run as four processes, told step by step. Each step checks what it tells. Whatever
//! happens, no process and (but for `--keep`) no file is left behind.

pub mod failure;
pub mod founding;
pub mod home;
pub mod http;
mod ledger;
pub mod node;
mod options;
mod ports;
pub mod ronde;
pub mod screen;
pub mod shops;
mod stay;
mod steps;
pub mod stop;
pub mod world;

use std::process::ExitCode;
use std::time::Instant;

use failure::Failure;
use founding::Tls;
use home::Home;
use node::{Node, Unready};
use options::Options;
use ports::Places;
use ronde::Ronde;
use screen::{Screen, Told};
use shops::SHOPS;
use stop::Stop;
use world::{Founded, World};

/// Times that ports are looked for anew because somebody else was faster.
const TRIES: usize = 4;
/// As a shell says of a command that Ctrl-C ended.
const INTERRUPTED: u8 = 130;
const STOPPED: &str = "Stopped before the end.";

/// Why the demo did not come to its end.
pub enum Ended {
    /// Somebody asked.
    Stopped,
    /// A step failed; it was told.
    Failed,
    /// There was nothing to begin with.
    Unready(String),
}

/// Runs `cargo xtask demo`.
pub fn run(arguments: &[String]) -> ExitCode {
    let options = match Options::parse(arguments) {
        Ok(options) => options,
        Err(wrong) => {
            eprintln!("xtask: {wrong}");
            return ExitCode::from(2);
        }
    };
    let screen = Screen::of_stdout();
    match demo(&options, &screen) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Ended::Stopped) => ExitCode::from(INTERRUPTED),
        Err(Ended::Failed) => {
            screen.verdict(false, "The demo failed. With --keep DIR its folder stays, to look into.");
            ExitCode::FAILURE
        }
        Err(Ended::Unready(why)) => {
            eprintln!("xtask: {why}");
            ExitCode::FAILURE
        }
    }
}

fn demo(options: &Options, screen: &Screen) -> Result<(), Ended> {
    let binary = match &options.ronde {
        Some(built) => std::path::absolute(built).map_err(|error| Ended::Unready(error.to_string()))?,
        None => crate::build::ronde(screen.colour).map_err(Ended::Unready)?,
    };
    let stop = Stop::listen().map_err(|error| Ended::Unready(format!("signals can't be heard: {error}")))?;
    // Before the world, so that it is dropped after it: no file goes while a node uses it.
    let home = Home::make(options.keep.as_deref()).map_err(Ended::Unready)?;
    let ronde = Ronde::new(&binary, home.path());
    let start = Instant::now();
    screen.title("Ronde", "- four shops, one kind of point, nobody in the middle");
    let mut world = open(screen, &ronde, &home, &stop)?;
    for step in steps::STEPS {
        if let Some(chapter) = step.chapter {
            screen.chapter(chapter);
        }
        let begun = Instant::now();
        let told = (step.play)(&mut world).map_err(|failure| complain(screen, &ronde, &stop, step.name, &failure))?;
        screen.done(&told, begun.elapsed());
        if stop.is_asked() {
            screen.verdict(false, STOPPED);
            return Err(Ended::Stopped);
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    screen.verdict(true, &format!("All went as it should, in {seconds:.1} s."));
    let stayed = if options.once { Ok(()) } else { stay::stay(&mut world, screen) };
    let closed = stayed.and(world.end());
    closed.map_err(|failure| complain(screen, &ronde, &stop, "close the shops", &failure))?;
    match home {
        Home::Kept(path) => screen.note(&format!("All nodes are stopped; their files are in {}.", path.display())),
        Home::Passing(_) => screen.note("All nodes are stopped, and their files removed."),
    }
    Ok(())
}

/// Founds the federation and starts its nodes, on other ports if somebody takes one meanwhile.
pub fn open<'a>(screen: &Screen, ronde: &Ronde, home: &Home, stop: &'a Stop) -> Result<World<'a>, Ended> {
    open_over(screen, ronde, home, stop, None)
}

/// The same, over HTTPS if there is something to show for it.
pub fn open_over<'a>(
    screen: &Screen,
    ronde: &Ronde,
    home: &Home,
    stop: &'a Stop,
    tls: Option<&Tls>,
) -> Result<World<'a>, Ended> {
    screen.chapter("Four shops found a federation");
    let unready = |error: std::io::Error| Ended::Unready(error.to_string());
    let mut last = None;
    for _ in 0..TRIES {
        home.clear().map_err(unready)?;
        let places = Places::find().map_err(unready)?;
        let begun = Instant::now();
        let told = |name, failure| complain(screen, ronde, stop, name, &failure);
        let federation =
            founding::found(ronde, &places.all, tls).map_err(|failure| told("found a federation", failure))?;
        let took = begun.elapsed();
        let all = places.all;
        drop(places);
        match start(ronde) {
            Ok(nodes) => {
                let founded = Founded { federation, places: all, secure: tls.is_some() };
                screen.done(&charter_told(&founded.federation), took);
                screen.done(&nodes_told(&nodes, &founded), begun.elapsed().saturating_sub(took));
                return Ok(World::new(ronde.clone(), stop, founded, nodes));
            }
            Err(Unready::PortTaken(failure)) => last = Some(failure),
            Err(Unready::Failed(failure)) => return Err(told("start four nodes", failure)),
        }
    }
    let failure = last.unwrap_or_else(|| Failure::new("free ports", "none were found"));
    Err(complain(screen, ronde, stop, "start four nodes", &failure))
}

fn start(ronde: &Ronde) -> Result<Vec<Node>, Unready> {
    std::thread::scope(|scope| {
        let starting: Vec<_> = SHOPS.iter().map(|shop| scope.spawn(move || Node::start(ronde, *shop))).collect();
        let started = starting.into_iter();
        let started: Vec<_> =
            started.map(|one| one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect();
        started.into_iter().collect()
    })
}

fn charter_told(federation: &str) -> Told {
    let told = Told::new("They agree on a charter, and two of their three stewards sign it.");
    told.proof(format!("federation {}: any 3 of the 4 shops decide, one may fail or even lie", world::code(federation)))
}

fn nodes_told(nodes: &[Node], founded: &Founded) -> Told {
    let mut told = Told::new("Each runs a node of its own: own process, own folder, own database, own key.");
    told.table = nodes
        .iter()
        .zip(&founded.places)
        .map(|(node, place)| {
            let address = founding::url(place, founded.secure);
            format!("{} {:22}{address}", node.shop().letter, node.shop().name)
        })
        .collect();
    told
}

/// Tells what went wrong, with the end of every node's log; nothing if somebody asked to end.
pub fn complain(screen: &Screen, ronde: &Ronde, stop: &Stop, name: &str, failure: &Failure) -> Ended {
    if stop.is_asked() {
        screen.verdict(false, STOPPED);
        return Ended::Stopped;
    }
    screen.failed(name, &failure.expected, &failure.happened);
    for shop in SHOPS {
        let tail = node::log_tail(ronde, shop, 8);
        if !tail.is_empty() {
            screen.note(&format!("last lines of {}:", shop.log()));
            screen.quote(&tail);
        }
    }
    Ended::Failed
}

#[cfg(test)]
mod tests;
