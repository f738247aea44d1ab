use std::time::Duration;

use ronde_protocol::machine::witness::record::Retirement;

use super::*;

/// ROLLBACK-15: a call that finds it may be dropped before its transaction has ended.
#[tokio::test]
async fn a_retirement_is_known_of_as_soon_as_it_is_found() {
    let retiring = Retiring::default();
    assert!(retiring.note(&[Write::Retire(Retirement::LogRolledBack { signed: 9, held: 8 })]));
    assert!(retiring.is_undone());
    tokio::time::timeout(Duration::from_secs(60), retiring.found()).await.unwrap();
    retiring.ended(false);
    assert!(retiring.is_undone());
    retiring.ended(true);
    assert!(!retiring.is_undone());
}
