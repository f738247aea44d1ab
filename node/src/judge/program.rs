//! A program under judgement: started in a process group of its own, asked, and ended with all that it started.

use std::cell::Cell;
use std::io;
use std::process::Stdio;
use std::time::Duration;

use ronde_vectors::Answer;
use rustix::process::{Pid, Signal, kill_process_group};
use thiserror::Error;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStderr, ChildStdin, Command};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::lines::{Line, Lines};
use super::select::Case;
use super::trouble::Trouble;
use super::{Judge, excerpt, wire};
use crate::clock;

/// How long a program may take to end.
const GRACE: Duration = Duration::from_secs(1);
/// What is kept of its standard error, in bytes (VECTOR-9).
const STDERR_TAIL: usize = 4 << 10;

/// Why there is nothing to judge.
#[derive(Debug, Error)]
#[error("{program} can't be started: {error}")]
pub struct CannotStart {
    /// What was typed.
    pub program: String,
    /// Why.
    pub error: io::Error,
}

/// One that runs.
pub(super) struct Program {
    child: Child,
    group: Option<Pid>,
    input: Option<ChildStdin>,
    output: Lines,
    errors: Option<JoinHandle<Vec<u8>>>,
    patience: Duration,
}

impl Program {
    pub(super) fn start(judge: &Judge) -> Result<Self, CannotStart> {
        let failed = |error| CannotStart { program: judge.program.to_string_lossy().into_owned(), error };
        let mut command = Command::new(&judge.program);
        command.args(&judge.arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.process_group(0).kill_on_drop(true).spawn().map_err(failed)?;
        let missing = || failed(io::Error::other("it was given no pipes"));
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let output = Lines::of(child.stdout.take().ok_or_else(missing)?);
        let errors = child.stderr.take().map(|errors| tokio::spawn(tail(errors)));
        let input = child.stdin.take();
        Ok(Self { child, group, input, output, errors, patience: judge.patience })
    }

    /// Asks one question and waits for its answer, in time (VECTOR-11) and alone (VECTOR-8).
    pub(super) async fn ask(&mut self, case: &Case<'_>) -> Result<Answer, Trouble> {
        let early = self.output.waiting().await;
        if !early.is_empty() {
            return Err(Trouble::Unasked(excerpt::line(early)));
        }
        let question = wire::question(case.kind, case.test);
        let has_read = Cell::new(false);
        let Some(input) = &mut self.input else { return Err(Trouble::Closed(String::new())) };
        let write = async {
            if input.write_all(&question).await.is_ok() {
                has_read.set(true);
            }
        };
        let heard = timeout(self.patience, converse(write, &mut self.output, &mut self.child)).await;
        match heard {
            Err(_) => Err(Trouble::Silent { seconds: self.patience.as_secs_f64(), has_read: has_read.get() }),
            Ok(Err(error)) => Err(Trouble::Unreadable(error.to_string())),
            Ok(Ok(None)) => Err(self.gone(&[]).await),
            Ok(Ok(Some(Line::TooLong))) => Err(Trouble::TooLong),
            Ok(Ok(Some(Line::End(rest)))) => Err(self.gone(&rest).await),
            Ok(Ok(Some(Line::Whole(line)))) => match wire::read(&case.test.id, &line) {
                Ok(_) if !has_read.get() => Err(Trouble::Hasty(excerpt::line(&line))),
                read => read,
            },
        }
    }

    /// The output has ended: has the program, too?
    async fn gone(&mut self, rest: &[u8]) -> Trouble {
        let rest = excerpt::line(rest);
        match timeout(GRACE.min(self.patience), self.child.wait()).await {
            Ok(Ok(status)) => Trouble::Ended { status: status.to_string(), rest },
            _ => Trouble::Closed(rest),
        }
    }

    /// Ends it at once, and gives the last lines that it wrote to standard error.
    pub(super) async fn stop(mut self) -> String {
        self.kill();
        let _ = timeout(GRACE, self.child.wait()).await;
        let Some(errors) = self.errors.take() else { return String::new() };
        // Something that left the group may still hold the pipe open.
        let tail = timeout(GRACE, errors).await;
        tail.ok().and_then(Result::ok).map(|tail| excerpt::stderr(&tail)).unwrap_or_default()
    }

    /// Closes its standard input and lets it end by itself (VECTOR-12).
    pub(super) async fn end(mut self) {
        self.input = None;
        let _ = timeout(GRACE, self.child.wait()).await;
    }

    fn kill(&self) {
        if let Some(group) = self.group {
            // No such group any more: it has ended.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// However it goes out of use, nothing that it started stays behind (VECTOR-16).
impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Writes and reads at once, until a line has come; or nothing, if the process has ended and something else holds its
/// output open.
async fn converse(write: impl Future<Output = ()>, output: &mut Lines, child: &mut Child) -> io::Result<Option<Line>> {
    let (next, wait, grace) = (output.next(), child.wait(), sleep(GRACE));
    tokio::pin!(write, next, wait, grace);
    let (mut writing, mut running) = (true, true);
    loop {
        tokio::select! {
            biased;
            () = &mut write, if writing => writing = false,
            line = &mut next => return line.map(Some),
            _ = &mut wait, if running => {
                running = false;
                grace.as_mut().reset(clock::monotonic() + GRACE);
            }
            () = &mut grace, if !running => return Ok(None),
        }
    }
}

/// Reads all, and keeps the end.
async fn tail(mut errors: ChildStderr) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut chunk = [0; STDERR_TAIL];
    while let Ok(read) = errors.read(&mut chunk).await {
        if read == 0 {
            break;
        }
        kept.extend_from_slice(chunk.get(..read).unwrap_or_default());
        kept.drain(..kept.len().saturating_sub(STDERR_TAIL));
    }
    kept
}
