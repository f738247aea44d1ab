//! Lines from a program that may write anything: never more than [`MAX_LINE`] bytes are held.

use std::io;
use std::pin::Pin;
use std::task::Poll;

use tokio::io::{AsyncRead, AsyncReadExt as _, ReadBuf};
use tokio::process::ChildStdout;

/// Longest line, in bytes (VECTOR-10): many times the longest answer to any vector.
pub const MAX_LINE: usize = 8 << 20;

const CHUNK: usize = 16 << 10;

/// What came.
pub(super) enum Line {
    /// A line, without its end.
    Whole(Vec<u8>),
    /// More bytes than a line may have.
    TooLong,
    /// The end of the output, and what stood before it without a line's end.
    End(Vec<u8>),
}

/// A program's standard output.
pub(super) struct Lines {
    output: ChildStdout,
    held: Vec<u8>,
}

impl Lines {
    pub(super) fn of(output: ChildStdout) -> Self {
        Self { output, held: Vec::new() }
    }

    /// Waits for the next line.
    pub(super) async fn next(&mut self) -> io::Result<Line> {
        let mut searched = 0;
        let mut chunk = [0; CHUNK];
        loop {
            let fresh = self.held.get(searched..).unwrap_or_default();
            let end = fresh.iter().position(|byte| *byte == b'\n').map(|at| searched + at);
            if end.unwrap_or(self.held.len()) > MAX_LINE {
                return Ok(Line::TooLong);
            }
            if let Some(end) = end {
                let rest = self.held.split_off(end + 1);
                let mut line = std::mem::replace(&mut self.held, rest);
                line.pop();
                return Ok(Line::Whole(line));
            }
            searched = self.held.len();
            let read = self.output.read(&mut chunk).await?;
            if read == 0 {
                return Ok(Line::End(std::mem::take(&mut self.held)));
            }
            self.held.extend_from_slice(chunk.get(..read).unwrap_or_default());
        }
    }

    /// What has come already, without waiting.
    pub(super) async fn waiting(&mut self) -> &[u8] {
        // Lets the runtime look at the pipe first.
        tokio::task::yield_now().await;
        let mut chunk = [0; CHUNK];
        let read = std::future::poll_fn(|context| {
            let mut buffer = ReadBuf::new(&mut chunk);
            let polled = Pin::new(&mut self.output).poll_read(context, &mut buffer);
            Poll::Ready(if polled.is_ready() { buffer.filled().len() } else { 0 })
        });
        let read = read.await;
        self.held.extend_from_slice(chunk.get(..read).unwrap_or_default());
        &self.held
    }
}
