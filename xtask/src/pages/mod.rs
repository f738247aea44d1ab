//! `cargo xtask pages`: the pages and the wallet's app in a real browser, at four real nodes over HTTPS.
//!
//! The scenes are scripts in `xtask/pages/scenes`, one file each. They see what a customer, a till and a manager see; what only
//! whoever runs the shops can do (stop a node, revoke a till) they ask this program for.

mod asks;
mod certificate;

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Instant;

use serde_json::{Value, json};

use crate::build;
use crate::demo::failure::{Failure, text};
use crate::demo::founding::at_once;
use crate::demo::shops::SHOPS;
use crate::demo::world::World;
use crate::demo::{self, Ended, home::Home, ronde::Ronde, screen::Screen, stop::Stop};
use crate::tools::{Tool, repository, run as run_shown, target_dir};
use certificate::Certificate;

/// What the stage needs.
pub const TOOLS: &[Tool] = &[Tool::Node, Tool::Chromium];
/// Payments at the counter that are timed.
const TIMES: u32 = 30;

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
struct Options {
    /// Scenes by name; none means all.
    only: Vec<String>,
    times: u32,
}

impl Options {
    fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut options = Self { only: Vec::new(), times: TIMES };
        let mut rest = arguments.iter();
        while let Some(name) = rest.next() {
            let value = rest.next().ok_or_else(|| format!("{name} needs a value"))?;
            match name.as_str() {
                "--only" => options.only.push(value.clone()),
                "--times" => options.times = value.parse().map_err(|_| format!("--times {value}: not a number"))?,
                other => return Err(format!("`{other}` is not understood; there are --only SCENE and --times N")),
            }
        }
        Ok(options)
    }
}

/// Runs `cargo xtask pages`.
pub fn run(arguments: &[String]) -> ExitCode {
    let options = match Options::parse(arguments) {
        Ok(options) => options,
        Err(wrong) => {
            eprintln!("pages: {wrong}");
            return ExitCode::from(2);
        }
    };
    match hold(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("pages: {why}");
            ExitCode::FAILURE
        }
    }
}

/// The stage of the check.
pub fn check() -> Result<(), String> {
    hold(&Options { only: Vec::new(), times: TIMES })
}

fn hold(options: &Options) -> Result<(), String> {
    let folder = repository().join("xtask/pages");
    let mut npm = Command::new("npm");
    run_shown(npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder))?;
    let screen = Screen::of_stdout();
    let binary = build::ronde(screen.colour)?;
    let webshop = build::webshop(screen.colour)?;
    let stop = Stop::listen().map_err(|error| format!("signals can't be heard: {error}"))?;
    let certificate = Certificate::make()?;
    let home = Home::make(None)?;
    let ronde = Ronde::new(&binary, home.path());
    let mut world =
        demo::open_over(&screen, &ronde, &home, &stop, Some(&certificate.files)).map_err(|ended| match ended {
            Ended::Stopped => "stopped before the end".to_owned(),
            Ended::Failed => "no federation could be started; it is told above".to_owned(),
            Ended::Unready(why) => why,
        })?;
    let begun = Instant::now();
    let played = known(&world, &certificate, &webshop, options).map_err(|failure| said(&failure));
    let played = played.and_then(|known| play(&mut world, &certificate, &known));
    let ended = world.end().map_err(|failure| said(&failure));
    println!("{:.0} s; pictures are in {}", begun.elapsed().as_secs_f64(), target_dir().join("pages").display());
    played.and(ended)
}

fn said(failure: &Failure) -> String {
    format!("expected {}; {}", failure.expected, failure.happened)
}

fn play(world: &mut World<'_>, certificate: &Certificate, known: &Value) -> Result<(), String> {
    let mut scenes = Command::new("node");
    scenes.arg(repository().join("xtask/pages/run.mjs")).stdin(Stdio::piped()).stdout(Stdio::piped());
    // For what a scene asks of a node without a browser.
    scenes.env("NODE_EXTRA_CA_CERTS", &certificate.files.certificate);
    let mut child = scenes.spawn().map_err(|error| format!("node did not start: {error}"))?;
    let answered = tell(&mut child, known).and_then(|()| asks::answer(world, &mut child));
    if answered.is_err() {
        let _ = child.kill();
    }
    let status = child.wait().map_err(|error| format!("the scenes were lost: {error}"))?;
    answered?;
    if status.success() { Ok(()) } else { Err("a scene found something; it is told above".to_owned()) }
}

/// One line that says where everything is. By a pipe: tokens are in no list of processes, and in no file.
fn tell(child: &mut Child, known: &Value) -> Result<(), String> {
    let stdin = child.stdin.as_mut().ok_or("the scenes take nothing")?;
    writeln!(stdin, "{known}").map_err(|error| format!("the scenes can't be told anything: {error}"))
}

/// What the scenes are told: the shops, each with a till that may do all that tills do and a manager's password.
fn known(world: &World<'_>, certificate: &Certificate, webshop: &Path, options: &Options) -> Result<Value, Failure> {
    let shops = at_once(&SHOPS, |shop| {
        let (config, token) = (shop.config(), shop.token());
        let scopes = "grant,redeem,refund,manager";
        world.ronde.run(&["till", "add", "counter", "--scope", scopes, "--out", &token, "--config", &config])?;
        let read = std::fs::read_to_string(world.ronde.home().join(&token));
        let token = read.map_err(|error| Failure::new(format!("a token of {shop}"), error.to_string()))?;
        let made = world.ronde.run(&["manager", "password", "--config", &config])?;
        let password = text(&made, "/manager_password")?;
        Ok::<_, Failure>(json!({
            "letter": shop.letter, "name": shop.name, "config": config, "url": world.url(*shop), "token": token.trim(),
            "password": password,
        }))
    })?;
    let pictures = target_dir().join("pages");
    Ok(json!({
        "shops": shops, "only": options.only, "times": options.times, "pictures": pictures,
        // Chromium takes a certificate of this key for good, and no other that it does not know.
        "key": certificate.key_hash,
        // For the web shop of the examples: where commands are typed, and what is shown to who comes by HTTPS.
        "webshop": webshop, "home": world.ronde.home(), "tls": {
            "certificate": certificate.files.certificate, "private_key": certificate.files.private_key,
        },
    }))
}

#[cfg(test)]
mod tests;
