use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use hyper::body::Frame;

use super::arrive;

/// A byte in a buffer that lives as long as somebody holds it.
struct Piece {
    byte: u8,
    _held: Arc<()>,
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        std::slice::from_ref(&self.byte)
    }
}

/// A body that comes byte by byte, and how many of its pieces were held at most when the next came.
struct Drip {
    left: std::vec::IntoIter<u8>,
    held: Arc<()>,
    most: Arc<std::sync::Mutex<usize>>,
}

impl hyper::body::Body for Drip {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let held = Arc::strong_count(&self.held) - 1;
        let mut most = self.most.lock().unwrap();
        *most = held.max(*most);
        drop(most);
        let piece = self.left.next().map(|byte| Piece { byte, _held: Arc::clone(&self.held) });
        Poll::Ready(piece.map(|piece| Ok(Frame::data(Bytes::from_owner(piece)))))
    }
}

/// HTTP-28: each piece holds the buffer that it was read into, so a body of a few kilobytes would hold megabytes.
#[tokio::test]
async fn a_body_that_comes_byte_by_byte_is_put_together_and_no_piece_is_held() {
    let sent = br#"{"order":"abc"}"#.to_vec();
    let most = Arc::default();
    let drip = Drip { left: sent.clone().into_iter(), held: Arc::new(()), most: Arc::clone(&most) };
    assert_eq!(arrive(Body::new(drip), sent.len(), sent.len()).await.unwrap(), sent);
    assert_eq!(*most.lock().unwrap(), 0);
}
