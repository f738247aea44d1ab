//! One frame per direction of a stream: its bytes, then the end of the stream (TRANSPORT-10). No length is sent, so
//! none can lie.

use quinn::{RecvStream, SendStream, VarInt};

use super::TransportError;
use super::limits::close;

/// A stream to send one frame on. Dropped before its end it is reset. (Quinn would end it properly, and half a frame, or
/// none at all after a panic, would look like a whole one.)
pub(super) struct Outgoing(Option<SendStream>);

impl Outgoing {
    pub(super) fn new(stream: SendStream) -> Self {
        Self(Some(stream))
    }

    /// Sends `frame` and ends the stream. Returns it, so that the caller may wait for the peer to have everything.
    pub(super) async fn send(mut self, frame: &[u8]) -> Result<SendStream, TransportError> {
        if let Some(stream) = &mut self.0 {
            stream.write_all(frame).await?;
            stream.finish().map_err(|_| TransportError::CutOff)?;
        }
        self.0.take().ok_or(TransportError::CutOff)
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        if let Some(stream) = &mut self.0 {
            // Fails only if the stream is closed already.
            drop(stream.reset(VarInt::from_u32(close::UNFINISHED)));
        }
    }
}

/// Receives a whole frame of 1 to `max` bytes (TRANSPORT-9).
pub(super) async fn receive(stream: &mut RecvStream, max: usize) -> Result<Vec<u8>, TransportError> {
    use quinn::ReadToEndError::{Read, TooLong};
    match stream.read_to_end(max).await {
        Ok(frame) if frame.is_empty() => Err(TransportError::CutOff),
        Ok(frame) => Ok(frame),
        Err(TooLong) => Err(TransportError::FrameTooLong { max }),
        Err(Read(error)) => Err(error.into()),
    }
}

impl From<quinn::WriteError> for TransportError {
    fn from(error: quinn::WriteError) -> Self {
        match error {
            quinn::WriteError::ConnectionLost(error) => error.into(),
            _ => Self::CutOff,
        }
    }
}

impl From<quinn::ReadError> for TransportError {
    fn from(error: quinn::ReadError) -> Self {
        match error {
            quinn::ReadError::ConnectionLost(error) => error.into(),
            _ => Self::CutOff,
        }
    }
}
