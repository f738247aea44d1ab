//! As much of HTTP as a till needs to ask its own node something.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

use super::failure::Failure;

/// Longer than a till's long poll.
const PATIENCE: Duration = Duration::from_secs(15);

/// Asks a node for a resource, as JSON. HTTP 1.0, so that the answer comes whole and the connection closes after it.
pub fn get(node: SocketAddr, path: &str, token: Option<&str>) -> Result<Value, Failure> {
    let expected = || format!("an answer from http://{node}{path}");
    let answer = exchange(node, "GET", path, token).map_err(|error| Failure::new(expected(), error.to_string()))?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.lines().next().unwrap_or_default();
    if status.split(' ').nth(1) != Some("200") {
        return Err(Failure::new(expected(), format!("{status} {body}")));
    }
    serde_json::from_str(body).map_err(|_| Failure::new(expected(), body.to_owned()))
}

/// Asks a node to remove a resource; done if it says that nothing is left to say.
pub fn delete(node: SocketAddr, path: &str, token: Option<&str>) -> Result<(), Failure> {
    let expected = || format!("http://{node}{path} to be removed");
    let answer = exchange(node, "DELETE", path, token).map_err(|error| Failure::new(expected(), error.to_string()))?;
    if answer.split(' ').nth(1) == Some("204") { Ok(()) } else { Err(Failure::new(expected(), answer)) }
}

fn exchange(node: SocketAddr, method: &str, path: &str, token: Option<&str>) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(node)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let authorization = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    stream.write_all(format!("{method} {path} HTTP/1.0\r\nHost: {node}\r\n{authorization}\r\n").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
