//! What the dialer knows of one peer: its connection, or when to try again.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use quinn::Connection;
use tokio::sync::watch;
use tokio::time::Instant;

use super::{DialerConfig, TransportError};
use crate::{clock, entropy};

/// Whether a peer can be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeerState {
    /// No connection, and no failure that would stand against one.
    Idle,
    /// An attempt is under way.
    Connecting,
    /// A connection is open.
    Up,
    /// The last attempt or call failed, or the connection ended and there is no other one yet.
    Down {
        /// How long calls are still refused at once.
        retry_after: Duration,
    },
}

/// A peer as `ronde status` shows it.
#[derive(Debug, Clone)]
pub struct PeerStatus {
    /// Whether it can be called.
    pub state: PeerState,
    /// Round-trip time that the connection measures, or that the last one measured.
    pub rtt: Option<Duration>,
    /// Failures since the last call that succeeded.
    pub failures: u32,
    /// The latest of them.
    pub last_failure: Option<TransportError>,
}

/// The outcome of an attempt, once there is one.
pub(super) type Attempt = Option<Result<Connection, TransportError>>;

#[derive(Debug, Default)]
pub(super) struct Link(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    address: String,
    phase: Phase,
    /// Counts attempts, so that the outcome of one that was given up is not taken for the current one's.
    attempt: u64,
    failures: u32,
    last_failure: Option<TransportError>,
    retry_at: Option<Instant>,
    /// The last connection ended, and no call has been answered since.
    lost: bool,
    rtt: Option<Duration>,
}

#[derive(Debug, Default)]
enum Phase {
    #[default]
    Closed,
    Connecting(watch::Receiver<Attempt>),
    Open(Connection),
}

/// What a caller has to do to get a connection.
pub(super) enum Step {
    /// Use this one, which earlier calls have used.
    Use(Connection),
    /// Wait for an attempt under way.
    Wait(watch::Receiver<Attempt>),
    /// Start an attempt, report its outcome under this number, and tell those who wait.
    Start(u64, watch::Sender<Attempt>, watch::Receiver<Attempt>),
}

impl Link {
    /// The way to a connection to `address`. A peer that failed lately is refused at once.
    pub(super) fn step(&self, address: &str) -> Result<Step, TransportError> {
        let mut state = self.lock();
        if state.address != address {
            // Whatever is known is known of another address.
            let attempt = state.attempt;
            *state = State { address: address.to_owned(), attempt, ..State::default() };
        }
        match &state.phase {
            Phase::Open(connection) if connection.close_reason().is_none() => {
                return Ok(Step::Use(connection.clone()));
            }
            Phase::Connecting(outcome) => return Ok(Step::Wait(outcome.clone())),
            Phase::Open(_) => state.lost = true,
            Phase::Closed => {}
        }
        if let Some(retry_after) = state.retry_after() {
            return Err(TransportError::PeerDown { retry_after });
        }
        let (sender, outcome) = watch::channel(None);
        state.attempt = state.attempt.wrapping_add(1);
        state.phase = Phase::Connecting(outcome.clone());
        Ok(Step::Start(state.attempt, sender, outcome))
    }

    /// The outcome of an attempt. An open connection does not yet clear earlier failures: a server that refuses our
    /// key says so only at the first request.
    pub(super) fn attempted(&self, attempt: u64, outcome: &Result<Connection, TransportError>, config: &DialerConfig) {
        let mut state = self.lock();
        if state.attempt != attempt {
            return;
        }
        match outcome {
            Ok(connection) => state.phase = Phase::Open(connection.clone()),
            Err(error) => state.fail(error, config),
        }
    }

    /// A call on `connection` was answered.
    pub(super) fn answered(&self, connection: &Connection) {
        let mut state = self.lock();
        if state.holds(connection) {
            state.rtt = Some(connection.rtt());
            state.failures = 0;
            state.lost = false;
            state.retry_at = None;
        }
    }

    /// `connection` is of no use any more, which says nothing about the peer. Calls that share it report it only once.
    pub(super) fn discard(&self, connection: &Connection) {
        let mut state = self.lock();
        if state.holds(connection) {
            state.phase = Phase::Closed;
            state.lost = true;
        }
    }

    /// A call failed on a connection that was fresh, so it is the peer that fails.
    pub(super) fn failed(&self, connection: &Connection, error: &TransportError, config: &DialerConfig) {
        let mut state = self.lock();
        if state.holds(connection) {
            state.fail(error, config);
        }
    }

    /// Lets the next call try at once, because there is a sign of life.
    pub(super) fn encourage(&self) {
        self.lock().retry_at = None;
    }

    pub(super) fn status(&self) -> PeerStatus {
        let state = self.lock();
        let open = match &state.phase {
            Phase::Open(connection) if connection.close_reason().is_none() => Some(connection),
            _ => None,
        };
        // A peer that stopped in order has said so: that no call has failed yet is not to be shown as "up".
        let lost = open.is_none() && (state.lost || matches!(state.phase, Phase::Open(_)));
        let peer_state = match (&state.phase, open, state.retry_after()) {
            (_, Some(_), _) => PeerState::Up,
            (Phase::Connecting(_), ..) if !lost => PeerState::Connecting,
            (_, _, Some(retry_after)) => PeerState::Down { retry_after },
            _ if lost || state.failures > 0 => PeerState::Down { retry_after: Duration::ZERO },
            _ => PeerState::Idle,
        };
        PeerStatus {
            state: peer_state,
            rtt: open.map(Connection::rtt).or(state.rtt),
            failures: state.failures,
            last_failure: state.last_failure.clone(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn holds(&self, connection: &Connection) -> bool {
        matches!(&self.phase, Phase::Open(own) if own.stable_id() == connection.stable_id())
    }

    fn fail(&mut self, error: &TransportError, config: &DialerConfig) {
        self.phase = Phase::Closed;
        self.failures = self.failures.saturating_add(1);
        self.last_failure = Some(error.clone());
        self.retry_at = Some(clock::monotonic() + delay(self.failures, config));
    }

    fn retry_after(&self) -> Option<Duration> {
        self.retry_at?.checked_duration_since(clock::monotonic()).filter(|left| !left.is_zero())
    }
}

/// The back-off after so many failures: doubling, bounded, and then between half and all of it by chance, so that not
/// all stores knock at a restarted witness in the same moment.
fn delay(failures: u32, config: &DialerConfig) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    let full = config.backoff_first.saturating_mul(1 << doublings).min(config.backoff_most);
    // Without randomness the delay is merely the longest.
    let chance = entropy::fresh().map_or(u8::MAX, |[first, ..]| first);
    full / 2 + full.mul_f64(f64::from(chance) / 510.0)
}
