//! Whether every order that was sent came to the end that it must.

use std::sync::Arc;

use ronde_protocol::message::charter::Keyset;
use tokio::task::{JoinSet, spawn_blocking};

use crate::Failed;
use crate::job::Done;
use crate::mix::Deed;
use crate::say;

/// Orders that one task verifies.
const CHUNK: usize = 256;
/// Below so many it is not worth a word.
const MANY: usize = 5000;

/// What is wrong with any of them, on all processors.
pub async fn all(keyset: &Keyset, done: Vec<Done>) -> Result<Vec<String>, Failed> {
    if done.len() >= MANY {
        say(&format!("  verifying the answers to {} orders", done.len()));
    }
    let keyset = Arc::new(keyset.clone());
    let (mut running, mut done) = (JoinSet::new(), done.into_iter().peekable());
    while done.peek().is_some() {
        let (chunk, keyset): (Vec<Done>, _) = (done.by_ref().take(CHUNK).collect(), Arc::clone(&keyset));
        running.spawn(async move {
            spawn_blocking(move || chunk.iter().filter_map(|one| wrong(&keyset, one)).collect::<Vec<_>>()).await
        });
    }
    let mut wrong = Vec::new();
    while let Some(found) = running.join_next().await {
        wrong.extend(found??);
    }
    Ok(wrong)
}

fn wrong(keyset: &Keyset, done: &Done) -> Option<String> {
    let what = done.deed.name();
    if done.change.is_none() {
        return Some(format!("a {what} was never done ({})", done.troubles.join(", ")));
    }
    if done.deed == Deed::Redeem && done.till.is_none() {
        return Some(format!("a till never heard of its payment ({})", done.troubles.join(", ")));
    }
    done.subject.verify(keyset, &done.body).err().map(|why| format!("a {what}: {why}"))
}
