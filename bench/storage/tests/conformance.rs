//! The engines that are compared keep what the node expects of an engine, as its own do.

#[path = "../../../node/tests/conformance/mod.rs"]
mod conformance;

use std::path::Path;

use ronde_bench_storage::engines::{Kind, Settings, Tuned};
use ronde_node::store::Engine;

macro_rules! engine {
    ($name:ident, $open:expr) => {
        mod $name {
            use super::*;

            fn open(folder: &Path) -> Box<dyn Engine> {
                $open(folder)
            }

            #[test]
            fn shows_the_same_as_memory() {
                conformance::shows_the_same_as_memory(open, 64);
            }

            #[test]
            fn a_scan_is_ordered_by_bytes_and_includes_its_start_but_not_its_end() {
                let folder = tempfile::tempdir().unwrap();
                conformance::scans_in_order(open(folder.path()).as_mut());
            }

            #[test]
            fn an_undone_savepoint_leaves_what_came_before_and_after() {
                let folder = tempfile::tempdir().unwrap();
                conformance::undoes_savepoints(open(folder.path()).as_mut());
            }

            #[test]
            fn what_was_committed_outlives_the_engine() {
                conformance::keeps_over_reopening(open);
            }

            /// Not a test of its own: what the process does that is to die.
            #[test]
            fn child() {
                conformance::work_until_killed(open);
            }

            #[test]
            fn kill_9_leaves_whole_transactions_and_all_that_were_told() {
                conformance::survives_kills(concat!(stringify!($name), "::child"), open);
            }
        }
    };
}

const CACHE: usize = 1 << 20;

engine!(fjall, |folder: &Path| Kind::Fjall.open(folder, CACHE).unwrap());
engine!(redb, |folder: &Path| Kind::Redb.open(folder, CACHE).unwrap());
engine!(sqlite, |folder: &Path| Kind::Sqlite.open(folder, CACHE).unwrap());
engine!(tuned, |folder: &Path| Box::new(Tuned::open(&folder.join("tuned.db"), Settings::default()).unwrap()));
