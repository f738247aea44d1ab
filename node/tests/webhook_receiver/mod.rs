//! A web server that is posted to; the test decides what it answers, and when.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;

/// Far longer than anything takes: tests wait for events, not for time.
const LONG: Duration = Duration::from_secs(60);

/// A receiver at an address of its own.
pub struct Receiver {
    pub url: String,
    posts: mpsc::Receiver<Post>,
}

/// What was posted; it waits for its answer.
pub struct Post {
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
    stream: TcpStream,
}

impl Post {
    /// The event.
    pub fn event(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn kind(&self) -> String {
        self.event()["type"].as_str().unwrap().to_owned()
    }

    pub fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    /// Answers with a status and more lines of headers.
    pub fn answer(mut self, status: u16, headers: &str) {
        // Whoever posted may be gone.
        let head = format!("HTTP/1.1 {status} x\r\nContent-Length: 0\r\nConnection: close\r\n{headers}\r\n");
        let _ = self.stream.write_all(head.as_bytes());
    }

    /// Answers with 200 and a body that does not end, for as long as somebody takes it; how much of it was taken.
    pub fn answer_without_end(mut self) -> usize {
        let mut sent = 0;
        let mut piece = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
        while sent < 1 << 30 && self.stream.write_all(&piece).is_ok() {
            sent += piece.len();
            piece = vec![b'a'; 65_536];
        }
        sent
    }
}

impl Receiver {
    pub fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (sender, posts) = mpsc::channel();
        // Never joined: it waits for the next post until the test ends.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, sender) = (stream.unwrap(), sender.clone());
                std::thread::spawn(move || drop(read(stream).map(|post| sender.send(post))));
            }
        });
        Self { url, posts }
    }

    /// The next post.
    pub fn post(&self) -> Post {
        self.posts.recv_timeout(LONG).expect("nothing was posted")
    }

    /// Answers the next post with 200 and gives it back.
    pub fn take(&self) -> (String, Value) {
        let post = self.post();
        let taken = (post.id().to_owned(), post.event());
        post.answer(200, "");
        taken
    }

    /// Whether something has been posted already.
    pub fn has_more(&self) -> Option<Post> {
        self.posts.try_recv().ok()
    }
}

fn read(stream: TcpStream) -> Option<Post> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    assert!(line.is_empty() || line.starts_with("POST "), "{line}");
    let mut headers = BTreeMap::new();
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    Some(Post { headers, body, stream })
}
