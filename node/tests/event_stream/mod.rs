//! A reader of `GET /v1/events` with a thread of its own, so that a test never waits for ever.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::io::BufReader;
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;

/// Far longer than anything takes: tests wait for events, not for time.
pub const LONG: Duration = Duration::from_secs(60);

/// What comes out of a stream.
#[derive(Clone, Debug, PartialEq)]
pub enum Came {
    /// An event.
    Event { id: u64, kind: String, data: Value },
    /// A comment line.
    Comment,
    /// The stream has ended: in order, or because it broke off.
    End { in_order: bool },
}

/// An open stream.
pub struct Stream(mpsc::Receiver<Came>);

impl Stream {
    /// Follows the events at a base URL; returns once the answer has begun. Its status if that is not 200.
    pub fn open(base: &str, token: &str, after: Option<u64>, last_seen: Option<&str>) -> Result<Self, (u16, Value)> {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        let query = after.map_or_else(String::new, |after| format!("?after={after}"));
        let mut request =
            agent.get(format!("{base}/v1/events{query}")).header("authorization", format!("Bearer {token}"));
        if let Some(id) = last_seen {
            request = request.header("last-event-id", id);
        }
        let mut response = request.call().unwrap();
        if response.status() != 200 {
            let problem = response.body_mut().read_to_string().unwrap();
            return Err((response.status().as_u16(), serde_json::from_str(&problem).unwrap()));
        }
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || read(BufReader::new(response.into_body().into_reader()), &sender));
        Ok(Self(receiver))
    }

    /// What comes next, comments too.
    pub fn any(&self) -> Came {
        self.0.recv_timeout(LONG).expect("nothing came")
    }

    /// The next event or the end.
    pub fn next(&self) -> Came {
        loop {
            match self.any() {
                Came::Comment => {}
                other => return other,
            }
        }
    }

    /// The next event: its id, kind, and the members of its data.
    pub fn event(&self) -> (u64, String, Value) {
        match self.next() {
            Came::Event { id, kind, data } => (id, kind, data),
            other => panic!("{other:?} instead of an event"),
        }
    }

    /// The kinds of the next events.
    pub fn kinds(&self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.event().1).collect()
    }
}

fn read(lines: impl std::io::BufRead, sender: &mpsc::Sender<Came>) {
    let (mut id, mut kind, mut data) = (0, String::new(), String::new());
    let mut in_order = true;
    for line in lines.lines() {
        let Ok(line) = line else {
            in_order = false;
            break;
        };
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.trim_start();
        let came = match field {
            "" if line.starts_with(':') => Some(Came::Comment),
            "" if !data.is_empty() => {
                let data = serde_json::from_str(&std::mem::take(&mut data)).unwrap();
                Some(Came::Event { id, kind: std::mem::take(&mut kind), data })
            }
            "id" => {
                id = value.parse().unwrap();
                None
            }
            "event" => {
                kind = value.to_owned();
                None
            }
            "data" => {
                data.push_str(value);
                None
            }
            _ => None,
        };
        // A test that has seen enough does not listen any more.
        if came.is_some_and(|came| sender.send(came).is_err()) {
            return;
        }
    }
    let _ = sender.send(Came::End { in_order });
}
