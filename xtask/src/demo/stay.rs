//! After the last step: the federation stays up, and says how to try it by hand.

use std::time::Duration;

use super::failure::Failure;
use super::screen::Screen;
use super::shops::{A, C, SHOPS, Shop};
use super::world::World;

/// Between two looks at the nodes.
const LOOK: Duration = Duration::from_millis(500);

/// A link in the demo's folder, so that commands there are short.
fn link(world: &World) -> std::io::Result<()> {
    let path = world.ronde.home().join("ronde");
    std::os::unix::fs::symlink(world.ronde.binary(), path)
}

/// A till's command, in two lines that narrow terminals don't break.
fn till(screen: &Screen, what: &str, shop: Shop) {
    screen.copy(&format!("./ronde {what} --config {} \\", shop.config()));
    screen.copy(&format!("        --token-file {}", shop.token()));
}

/// The secret of a shop's till, as its page takes it.
fn token(world: &World, shop: Shop) -> Result<String, Failure> {
    let read = std::fs::read_to_string(world.ronde.home().join(shop.token()));
    let read = read.map_err(|error| Failure::new(format!("a token of {shop}'s till"), error.to_string()))?;
    Ok(read.trim().to_owned())
}

/// Stays until somebody asks to end, or a node ends by itself.
pub fn stay(world: &mut World, screen: &Screen) -> Result<(), Failure> {
    link(world).map_err(|error| Failure::new("to link the command into the folder", error.to_string()))?;
    screen.chapter("Now you: the four shops stay open until Ctrl-C");
    for shop in SHOPS {
        screen.copy(&format!("{} {:22} {}   log: {}", shop.letter, shop.name, world.url(shop), shop.log()));
    }
    screen.note("");
    screen.note("In a browser: what this is, how it all stands, a wallet of your own, and the till of A, which is open already:");
    for page in ["", "federation", "wallet/"] {
        screen.copy(&format!("{}/{page}", world.url(A)));
    }
    screen.copy(&format!("{}/till#{}", world.url(A), token(world, A)?));
    screen.note("");
    screen.note("In a second terminal:");
    screen.copy(&format!("cd {}", world.ronde.home().display()));
    screen.copy("./ronde wallet --wallet alice balance");
    screen.copy(&format!("./ronde status --config {}", A.config()));
    screen.note("");
    screen.note("Earn: the till of A prints a link (and a QR code), which Alice's wallet claims.");
    till(screen, "till grant 12", A);
    screen.copy("./ronde wallet --wallet alice claim 'LINK'");
    screen.note("");
    screen.note("Spend: the till of C prints a link, and waits for the payment; pay it from a third terminal.");
    till(screen, "till checkout --max 5 --wait", C);
    screen.copy("./ronde wallet --wallet alice pay 'LINK'");
    screen.note("");
    screen.note("Or replay the logs as an auditor does, and read what else there is:");
    screen.copy("./ronde audit --charter store-a/charter");
    screen.copy("./ronde --help");
    loop {
        if world.stop.wait(LOOK) {
            return Ok(());
        }
        for shop in world.running() {
            if let Some(how) = world.node(shop).and_then(|node| node.ended()) {
                return Err(Failure::new(format!("the node of {shop} to stay up"), format!("it ended with {how}")));
            }
        }
    }
}
