use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::oneshot;

use super::*;

/// A count that says that it was made.
fn made(counts: &Arc<AtomicUsize>) -> impl Future<Output = Result<BucketSizes, Box<ReplyV1>>> + Send + 'static {
    let counts = Arc::clone(counts);
    async move {
        counts.fetch_add(1, Ordering::Relaxed);
        Ok(BucketSizes::default())
    }
}

#[tokio::test]
async fn a_count_that_was_begun_is_kept_though_nobody_waits_for_it() {
    let counted = Arc::new(Counted::new(AGE));
    let (go_on, held) = oneshot::channel::<()>();
    let (begun, begins) = oneshot::channel();
    let hangs_up = tokio::spawn({
        let counted = Arc::clone(&counted);
        async move {
            let count = async move {
                begun.send(()).unwrap();
                held.await.unwrap();
                Ok(BucketSizes::default())
            };
            counted.read(count, |_| ()).await
        }
    });
    begins.await.unwrap();
    hangs_up.abort();
    assert!(hangs_up.await.unwrap_err().is_cancelled());
    let counts = Arc::new(AtomicUsize::new(0));
    let waits = tokio::spawn({
        let (counted, count) = (Arc::clone(&counted), made(&counts));
        async move { counted.read(count, |_| ()).await }
    });
    go_on.send(()).unwrap();
    waits.await.unwrap().unwrap();
    counted.read(made(&counts), |_| ()).await.unwrap();
    assert_eq!(counts.load(Ordering::Relaxed), 0, "what was begun is gone by");
}

#[tokio::test]
async fn an_old_count_is_made_anew_and_one_that_failed_is_not_kept() {
    for (age, expected) in [(AGE, 1), (Duration::ZERO, 3)] {
        let counted = Counted::new(age);
        let failed = async { Err(Box::new(ReplyV1::Refused(Refusal::StorageFailed))) };
        assert!(counted.read(failed, |_| ()).await.is_err());
        let counts = Arc::new(AtomicUsize::new(0));
        for _ in 0..3 {
            counted.read(made(&counts), |_| ()).await.unwrap();
        }
        assert_eq!(counts.load(Ordering::Relaxed), expected);
    }
}
