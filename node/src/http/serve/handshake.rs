//! The beginning of a connection over TLS. Until it is done the peer is one that is waited for (TILL-17).

use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::patient::Patient;

/// First byte of a TLS record that holds a handshake.
const HANDSHAKE: u8 = 22;
/// What is sent to whoever speaks HTTP without TLS.
const PLAIN: &str = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 50\r\n\
Connection: close\r\n\r\nThis address speaks HTTPS: begin it with https://\n";
/// How much of such a request is read, so that its sender gets to see the answer.
const MAX_PLAIN: u64 = 64 * 1024;

/// A TLS connection, or nothing if it does not come to be in time.
pub(super) async fn secure(
    tls: Arc<ServerConfig>,
    stream: TcpStream,
    patience: Duration,
    answer_patience: Duration,
) -> Option<TlsStream<Patient>> {
    let shaking = async {
        let mut first = [0];
        if stream.peek(&mut first).await? == 1 && first != [HANDSHAKE] {
            if first[0].is_ascii_uppercase() {
                say_plainly(stream).await?;
            }
            return Ok(None);
        }
        TlsAcceptor::from(tls).accept(Patient::new(stream, answer_patience)).await.map(Some)
    };
    let shaken: std::io::Result<Option<TlsStream<Patient>>> = tokio::time::timeout(patience, shaking).await.ok()?;
    shaken.inspect_err(|error| tracing::debug!(%error, "a TLS handshake broke off")).ok()?
}

async fn say_plainly(mut stream: TcpStream) -> std::io::Result<()> {
    stream.write_all(PLAIN.as_bytes()).await?;
    stream.shutdown().await?;
    tokio::io::copy(&mut stream.take(MAX_PLAIN), &mut tokio::io::sink()).await?;
    Ok(())
}
