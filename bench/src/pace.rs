//! How a row is measured: us, peer, peer, ..., floor, and again, so that whatever the machine does meanwhile is done to all
//! of them. A ratio is taken within a round, and the median over rounds is what is told.

use std::hint::black_box;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::{
    fail::{Failed, ensure},
    figures::Spread,
    stream::Stream,
};

/// How long to measure.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Rounds.
    pub rounds: usize,
    /// What one side does in a round takes at least so long, unless its inputs are too dear to make.
    pub sample: Duration,
}

impl Pace {
    /// What is reported.
    pub const FULL: Self = Self { rounds: 41, sample: Duration::from_millis(6) };
    /// Whether it works.
    pub const QUICK: Self = Self { rounds: 3, sample: Duration::ZERO };
}

type Sample = dyn FnMut(&mut Stream, usize) -> Result<Duration, Failed>;

/// One of those compared: makes fresh inputs, and is timed at work on them.
pub struct Side {
    /// Who.
    pub name: &'static str,
    units: u32,
    most: usize,
    repeat: usize,
    sample: Box<Sample>,
}

impl Side {
    /// `prepare` makes an input and is not timed; `work` is, and neither is what becomes of its output.
    ///
    /// `units` is what one call of `work` does: coins, elements, payments.
    pub fn new<I, O>(
        name: &'static str,
        units: u32,
        mut prepare: impl FnMut(&mut Stream) -> Result<I, Failed> + 'static,
        mut work: impl FnMut(&mut I) -> Result<O, Failed> + 'static,
    ) -> Self {
        let sample = move |stream: &mut Stream, repeat: usize| {
            let mut inputs = (0..repeat).map(|_| prepare(stream)).collect::<Result<Vec<I>, Failed>>()?;
            let mut outputs = Vec::with_capacity(repeat);
            let start = spent();
            for input in &mut inputs {
                outputs.push(black_box(work(black_box(input))?));
            }
            Ok(spent().saturating_sub(start))
        };
        Self { name, units, most: usize::MAX, repeat: 1, sample: Box::new(sample) }
    }

    /// At most so many inputs in a round: they take long to make.
    pub fn at_most(self, most: usize) -> Self {
        Self { most, ..self }
    }

    /// Runs once to be warm, and once to see how many inputs fill a sample.
    fn calibrate(&mut self, stream: &mut Stream, pace: Pace) -> Result<(), Failed> {
        (self.sample)(stream, 1)?;
        let once = (self.sample)(stream, 1)?.max(Duration::from_nanos(1));
        let needed = pace.sample.as_nanos().div_ceil(once.as_nanos());
        self.repeat = usize::try_from(needed).unwrap_or(usize::MAX).clamp(1, self.most);
        Ok(())
    }

    /// Nanoseconds per unit.
    fn measure(&mut self, stream: &mut Stream) -> Result<f64, Failed> {
        let elapsed = (self.sample)(stream, self.repeat)?;
        Ok(elapsed.as_secs_f64() * 1e9 / (self.repeat as f64 * f64::from(self.units)))
    }
}

/// The processor's time that this thread has had: what else runs on the machine does not count.
fn spent() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    let parts = (u64::try_from(now.tv_sec), u32::try_from(now.tv_nsec));
    if let (Ok(seconds), Ok(nanoseconds)) = parts { Duration::new(seconds, nanoseconds) } else { Duration::ZERO }
}

/// What a side took, round by round, per unit.
pub struct Times(Vec<f64>);

impl Times {
    /// Median and spread, in nanoseconds.
    pub fn spread(&self) -> Spread {
        Spread::of(self.0.clone())
    }

    /// The ratio to another side of the same rounds.
    pub fn over(&self, other: &Self) -> Spread {
        Spread::of(self.0.iter().zip(&other.0).map(|(own, other)| own / other).collect())
    }
}

/// Measures all sides in interleaved rounds; the times come in the sides' order.
///
/// # Errors
/// What a side failed with.
pub fn interleave(sides: &mut [&mut Side], stream: &mut Stream, pace: Pace) -> Result<Vec<Times>, Failed> {
    ensure(pace.rounds > 0, "no rounds")?;
    for side in sides.iter_mut() {
        side.calibrate(stream, pace).map_err(|why| format!("{}: {why}", side.name))?;
    }
    let mut times: Vec<Times> = sides.iter().map(|_| Times(Vec::with_capacity(pace.rounds))).collect();
    for _ in 0..pace.rounds {
        for (side, times) in sides.iter_mut().zip(&mut times) {
            times.0.push(side.measure(stream).map_err(|why| format!("{}: {why}", side.name))?);
        }
    }
    Ok(times)
}
