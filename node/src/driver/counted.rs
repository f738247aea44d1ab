//! The count of a witness's buckets, which takes long: kept for a while, and made at most once at a time.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use ronde_protocol::machine::witness::buckets::BucketSizes;
use ronde_protocol::message::refusal::Refusal;
use ronde_protocol::message::wire::ReplyV1;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::clock;

/// How long a count is gone by: an old one is one that is too low.
pub const AGE: Duration = Duration::from_secs(600);

/// The last count, if there is one.
pub struct Counted {
    age: Duration,
    last: Arc<Mutex<Option<(Instant, BucketSizes)>>>,
}

impl Counted {
    /// No count yet; each is gone by for so long.
    pub fn new(age: Duration) -> Self {
        Self { age, last: Arc::default() }
    }

    /// Reads the count at hand, or has one made if that is too old. Whoever asks meanwhile waits for the same one; and
    /// one that was begun is finished and kept, whoever hangs up: strangers who ask and go make no work by it.
    pub async fn read<R>(
        &self,
        count: impl Future<Output = Result<BucketSizes, Box<ReplyV1>>> + Send + 'static,
        read: impl FnOnce(&BucketSizes) -> R,
    ) -> Result<R, Box<ReplyV1>> {
        let busy = || Box::new(ReplyV1::Refused(Refusal::Busy));
        let mut kept = Arc::clone(&self.last).lock_owned().await;
        if kept.as_ref().is_none_or(|(at, _)| at.elapsed() >= self.age) {
            let counting = tokio::spawn(async move {
                *kept = Some((clock::monotonic(), count.await?));
                Ok(kept)
            });
            // Cancelled only while the node stops.
            kept = counting.await.unwrap_or_else(|_| Err(busy()))?;
        }
        let (_, sizes) = kept.as_ref().ok_or_else(busy)?;
        Ok(read(sizes))
    }
}

#[cfg(test)]
mod tests;
