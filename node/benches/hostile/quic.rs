//! Attacks over QUIC.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use quinn::{Connection, Endpoint, EndpointConfig, RecvStream, SendStream, TokioRuntime, TransportConfig, VarInt};
use ronde_node::transport::{ALPN, MAX_FRAME};
use ronde_protocol::message::codec::encode;
use ronde_protocol::message::ids::KeysetId;
use ronde_protocol::message::wire::{CharterQuery, FromPosition, Request, RequestV1};
use tokio::net::UdpSocket;
use tokio::task::JoinSet;

use crate::Failed;
use crate::attacks::{Tally, Target, source};
use crate::raw_quic::{client, raw_key};

/// Handshakes that one process keeps going at a time.
const HANDSHAKES: usize = 64;
/// Streams that wait for their answers at a time.
const STREAMS: usize = 256;
/// Connections that a peer may have.
const CONNECTIONS: usize = 4;
/// Streams that a peer may have open on all of them.
const EVERY_STREAM: usize = CONNECTIONS * 128;

fn endpoint(number: u8) -> Result<Endpoint, Failed> {
    let socket = std::net::UdpSocket::bind(SocketAddr::from((source(number), 0)))?;
    Ok(Endpoint::new(EndpointConfig::default(), None, socket, Arc::new(TokioRuntime))?)
}

/// Connections of the store that turned, with these settings of its own.
async fn connections(target: Target, settings: Option<TransportConfig>) -> Result<Vec<Connection>, Failed> {
    let endpoint = endpoint(0)?;
    let mut config = client(raw_key(target.seed), ALPN);
    if let Some(settings) = settings {
        config.transport_config(Arc::new(settings));
    }
    let mut all = Vec::new();
    for _ in 0..CONNECTIONS {
        all.push(endpoint.connect_with(config.clone(), target.quic, "ronde")?.await?);
    }
    Ok(all)
}

/// First packets of handshakes that never go on, each of a handshake of its own, from many addresses.
pub async fn half_open(target: Target, tally: Tally) -> Result<(), Failed> {
    let sink = UdpSocket::bind("127.0.0.1:0").await?;
    let to = sink.local_addr()?;
    let mut sources = Vec::new();
    for number in 0..32 {
        let socket = UdpSocket::bind((source(number), 0)).await?;
        socket.connect(target.quic).await?;
        sources.push(socket);
    }
    let dialling = async {
        let endpoint = endpoint(0)?;
        let config = client(raw_key([0xee; 32]), ALPN);
        loop {
            // Its packets go to the sink, which answers nothing.
            let connecting = endpoint.connect_with(config.clone(), to, "ronde")?;
            tokio::time::sleep(Duration::from_micros(300)).await;
            drop(connecting);
        }
    };
    let relaying = async {
        let mut packet = [0; 2048];
        for socket in sources.iter().cycle() {
            let (length, _) = sink.recv_from(&mut packet).await?;
            // Only first packets are as long as this.
            if length >= 1200 {
                tally.add(0);
                let _ = socket.send(packet.get(..length).unwrap_or_default()).await;
            }
            let mut answer = [0; 2048];
            while socket.try_recv(&mut answer).is_ok() {
                tally.add(1);
            }
        }
        Ok::<(), Failed>(())
    };
    tokio::select! {
        ended = dialling => ended,
        ended = relaying => ended,
    }
}

/// Handshakes one after the other, so many at a time.
async fn handshakes(target: Target, tally: Tally, config: quinn::ClientConfig) -> Result<(), Failed> {
    let endpoints = (0..32).map(endpoint).collect::<Result<Vec<_>, _>>()?;
    let mut under_way = JoinSet::new();
    for endpoint in endpoints.iter().cycle() {
        while under_way.len() >= HANDSHAKES {
            under_way.join_next().await;
        }
        let connecting = endpoint.connect_with(config.clone(), target.quic, "ronde")?;
        let tally = tally.clone();
        under_way.spawn(async move {
            tally.add(0);
            if let Ok(connection) = connecting.await {
                // Whoever is refused hears of it only now.
                drop(connection.closed().await);
            }
            tally.add(1);
        });
    }
    Ok(())
}

pub async fn strangers(target: Target, tally: Tally) -> Result<(), Failed> {
    handshakes(target, tally, client(raw_key([0xee; 32]), ALPN)).await
}

pub async fn wrong_alpn(target: Target, tally: Tally) -> Result<(), Failed> {
    handshakes(target, tally, client(raw_key(target.seed), b"h3")).await
}

/// One stream after the other, over all connections in turn, so many at a time; each is told its number.
async fn streams_of<F>(
    connections: &[Connection],
    most: usize,
    tally: &Tally,
    each: impl Fn(u64, SendStream, RecvStream) -> F,
) -> Result<(), Failed>
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut open = JoinSet::new();
    for (number, connection) in (0..).zip(connections.iter().cycle()) {
        while open.len() >= most {
            open.join_next().await;
        }
        let (sending, receiving) = connection.open_bi().await?;
        tally.add(0);
        open.spawn(each(number, sending, receiving));
    }
    Ok(())
}

/// Streams as fast as they may be opened, each with these bytes; the next number gives the next frame.
async fn flood(target: Target, tally: Tally, frame: impl Fn(u64) -> Vec<u8>) -> Result<(), Failed> {
    let connections = connections(target, None).await?;
    streams_of(&connections, STREAMS, &tally, |number, mut sending, mut receiving| {
        let (tally, frame) = (tally.clone(), frame(number));
        async move {
            let sent = sending.write_all(&frame).await.is_ok() && sending.finish().is_ok();
            if sent && receiving.read_to_end(2 * MAX_FRAME).await.is_ok() {
                tally.add(1);
            }
        }
    })
    .await
}

pub async fn streams(target: Target, tally: Tally) -> Result<(), Failed> {
    flood(target, tally, |_| vec![0]).await
}

/// Requests that decode, and are wrong or of no use to anybody.
pub async fn rubbish(target: Target, tally: Tally) -> Result<(), Failed> {
    let keyset = KeysetId(1);
    let good = [
        RequestV1::Log(FromPosition { keyset, from: 0 }),
        RequestV1::Feed(FromPosition { keyset, from: 0 }),
        RequestV1::Charter(CharterQuery { version: 0, offset: 0 }),
    ];
    let good = good.map(|request| encode(&Request::V1(request)));
    flood(target, tally, move |number| {
        let at = usize::try_from(number).unwrap_or(0);
        let mut frame = good[at % good.len()].clone();
        if at % 2 == 0 {
            let place = at % frame.len();
            frame[place] ^= 0xff;
        }
        frame
    })
    .await
}

pub async fn huge_frames(target: Target, tally: Tally) -> Result<(), Failed> {
    let connections = connections(target, None).await?;
    let piece: Arc<[u8]> = vec![0x5a; MAX_FRAME].into();
    streams_of(&connections, 32, &tally, |_, mut sending, _receiving| {
        let (tally, piece) = (tally.clone(), piece.clone());
        async move {
            // It ends when the node stops reading.
            while sending.write_all(&piece).await.is_ok() {}
            tally.add(1);
        }
    })
    .await
}

/// Every stream that may be open, a byte each second.
pub async fn slow_frames(target: Target, tally: Tally) -> Result<(), Failed> {
    let connections = connections(target, None).await?;
    streams_of(&connections, EVERY_STREAM, &tally, |_, mut sending, _receiving| {
        let tally = tally.clone();
        async move {
            while sending.write_all(&[0]).await.is_ok() {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            tally.add(1);
        }
    })
    .await
}

/// Asks for the longest answers there are and takes nothing of them.
pub async fn answers_untaken(target: Target, tally: Tally) -> Result<(), Failed> {
    let mut settings = TransportConfig::default();
    settings.stream_receive_window(VarInt::from_u32(1)).receive_window(VarInt::from_u32(1));
    let connections = connections(target, Some(settings)).await?;
    let request: Arc<[u8]> = encode(&Request::V1(RequestV1::Charter(CharterQuery { version: 0, offset: 0 }))).into();
    streams_of(&connections, EVERY_STREAM, &tally, |_, mut sending, mut receiving| {
        let (tally, request) = (tally.clone(), request.clone());
        async move {
            if sending.write_all(&request).await.is_ok() && sending.finish().is_ok() {
                // One byte of window is all that it gets; the node resets what is not taken.
                let _ = receiving.received_reset().await;
                tally.add(1);
            }
        }
    })
    .await
}
