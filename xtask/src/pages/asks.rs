//! What the scenes ask for: each a line of JSON after a mark, answered by a line of JSON. All else that they say is shown.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Child;

use serde_json::{Value, json};

use crate::demo::failure::Failure;
use crate::demo::node::{Node, Unready};
use crate::demo::shops::{SHOPS, Shop};
use crate::demo::world::World;

/// Begins a line that asks.
const MARK: &str = "@ask ";

/// Answers until the scenes end.
pub fn answer(world: &mut World<'_>, child: &mut Child) -> Result<(), String> {
    let lines = child.stdout.take().ok_or("the scenes say nothing")?;
    for line in BufReader::new(lines).lines() {
        let line = line.map_err(|error| format!("the scenes can't be read: {error}"))?;
        let Some(asked) = line.strip_prefix(MARK) else {
            println!("{line}");
            continue;
        };
        let answer = match one(world, asked) {
            Ok(answer) => json!({ "ok": answer }),
            Err(failure) => json!({ "failed": format!("expected {}; {}", failure.expected, failure.happened) }),
        };
        let stdin = child.stdin.as_mut().ok_or("the scenes take nothing")?;
        writeln!(stdin, "{answer}").map_err(|error| format!("the scenes take no answer: {error}"))?;
    }
    Ok(())
}

fn one(world: &mut World<'_>, asked: &str) -> Result<Value, Failure> {
    let wrong = || Failure::new("something that is understood", asked.to_owned());
    let asked: Value = serde_json::from_str(asked).map_err(|_| wrong())?;
    let shop = |name: &str| asked.get(name).and_then(Value::as_str).and_then(named);
    if let Some(shop) = shop("stop") {
        let node = world.take_node(shop).ok_or_else(|| Failure::new(format!("{shop} to run"), "it does not"))?;
        return node.kill().map(|()| Value::Null);
    }
    if let Some(shop) = shop("start") {
        let node = Node::start(&world.ronde, shop).map_err(|unready| match unready {
            Unready::PortTaken(failure) | Unready::Failed(failure) => failure,
        })?;
        world.put_node(node);
        return Ok(Value::Null);
    }
    // A command of whoever runs the shop.
    let words = asked.get("ronde").and_then(Value::as_array).ok_or_else(wrong)?;
    let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
    world.ronde.run(&words)
}

fn named(letter: &str) -> Option<Shop> {
    SHOPS.into_iter().find(|shop| letter.chars().eq([shop.letter]))
}
