use ronde_protocol::crypto::sign::Signature;

use crate::store::{Engine as _, MemoryEngine};

use super::*;
use crate::store::WriterConfig;

const PEER: Peer = (KeysetId(7), WitnessIndex(2));

fn head(size: u64) -> Head {
    Head { index: PEER.1, size, root: [1; 32], signature: Signature([2; 64]) }
}

/// LOG-24: the log may be read no further before a restart, and then nothing would compare the two any more.
#[test]
fn the_head_from_which_a_log_has_parted_outlives_a_restart_until_that_is_settled() {
    let mut engine = MemoryEngine::new();
    let mut write = |followed: &Followed| {
        let mut tx = engine.begin().unwrap();
        KeptHeads::of(followed).unwrap().write(PEER, &mut *tx).unwrap();
        tx.commit().unwrap();
        load(&*engine.reader().unwrap()).unwrap().remove(&PEER).unwrap()
    };
    let mut followed = Followed::default();
    followed.keep_head(head(9));
    followed.keep_parted(head(5));
    let restarted = write(&followed);
    assert_eq!((restarted.highest(), restarted.parted()), (Some(&head(9)), Some(&head(5))));
    assert!(KeptHeads::of(&restarted) == KeptHeads::of(&followed));
    followed.settle(false, 3);
    let restarted = write(&followed);
    assert_eq!((restarted.parted(), restarted.unchecked()), (None, followed.unchecked()));
    assert_eq!(restarted.unchecked().len(), 1);
}

/// LOG-19: the first that rises is written at once, and what rose since when the node stops.
#[tokio::test]
async fn heads_that_rose_since_the_last_writing_are_on_disk_when_the_node_has_stopped() {
    let engine = MemoryEngine::new();
    let reader = engine.reader().unwrap();
    let writer = Writer::start(engine, WriterConfig::default()).unwrap();
    let keeper = HeadKeeper::new(writer.clone());
    for size in 1..=9 {
        let mut followed = Followed::default();
        followed.keep_head(head(size));
        keeper.keep(PEER, KeptHeads::of(&followed).unwrap());
    }
    keeper.finish().await;
    writer.shutdown().await.unwrap();
    assert_eq!(load(&*reader).unwrap()[&PEER].highest(), Some(&head(9)));
}
