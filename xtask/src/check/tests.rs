use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use super::beside::{myself, why, worked};
use super::every_test::{Program, listed};
use super::{Request, parse};
use crate::side_by_side::side_by_side;

fn asked(words: &[&str]) -> Result<Request, String> {
    parse(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
}

#[test]
fn without_arguments_all_stages_run() {
    assert_eq!(asked(&[]), Ok(Request::Run(Vec::new())));
}

#[test]
fn stages_are_chosen_by_name() {
    let chosen = vec!["format".to_owned(), "fuzz".to_owned()];
    assert_eq!(asked(&["--only", "format", "--only", "fuzz"]), Ok(Request::Run(chosen)));
    assert_eq!(asked(&["--list"]), Ok(Request::List));
}

#[test]
fn what_is_not_understood_is_said() {
    assert!(asked(&["--only", "formal"]).is_err_and(|why| why.contains("no stage `formal`")));
    assert!(asked(&["--only"]).is_err_and(|why| why.contains("needs the name")));
    assert!(asked(&["fast"]).is_err_and(|why| why.contains("`fast` is not understood")));
}

#[test]
fn programs_of_tests_are_those_that_cargo_built_for_testing() {
    let said = concat!(
        r#"{"reason":"compiler-artifact","manifest_path":"/x/node/Cargo.toml","target":{"name":"ronde"},"#,
        r#""profile":{"test":false},"executable":"/t/ronde"}"#,
        "\nno message\n",
        r#"{"reason":"compiler-artifact","manifest_path":"/x/node/Cargo.toml","target":{"name":"crash"},"#,
        r#""profile":{"test":true},"executable":"/t/crash-1"}"#,
        "\n",
        r#"{"reason":"build-finished","success":true}"#,
    );
    let crash = Program { name: "crash".into(), binary: "/t/crash-1".into(), folder: PathBuf::from("/x/node") };
    assert_eq!(listed(said), [crash]);
}

#[test]
fn work_side_by_side_is_done_once_for_each() {
    let done = Mutex::new(Vec::new());
    let items: Vec<u32> = (0..50).collect();
    side_by_side(&items, 2, |item| done.lock().unwrap().push(*item));
    let mut done = done.into_inner().unwrap();
    done.sort_unstable();
    assert_eq!(done, items);
}

#[test]
fn the_row_of_a_stage_is_read_from_what_its_process_printed() {
    let said = "sim: seed 7 fails\n\nstage        minutes processors\ntools           0.01        0.8  ok\n\
                sim             2.50        1.6  FAILED\nall             2.51\nsim: a seed fails: 7\ncheck: FAILED: sim\n";
    assert_eq!(worked(said, "sim", Duration::from_secs(100)), Some(Duration::from_secs(160)));
    assert_eq!(why(said, "sim"), "a seed fails: 7");
    assert_eq!(worked("thread 'main' panicked", "sim", Duration::from_secs(1)), None);
    assert_eq!(why("", "sim"), "its process died");
}

#[test]
#[cfg(target_os = "linux")]
fn a_program_that_was_built_anew_meanwhile_still_starts_itself() {
    const BUILT_ANEW: &str = "RONDE_TEST_BUILT_ANEW";
    const THIS: &str = "check::tests::a_program_that_was_built_anew_meanwhile_still_starts_itself";
    if std::env::var_os(BUILT_ANEW).is_some() {
        std::fs::remove_file(std::env::current_exe().unwrap()).unwrap();
        let listed = Command::new(myself().unwrap()).args(["--list", "--exact", THIS]).output().unwrap();
        assert!(String::from_utf8_lossy(&listed.stdout).contains("1 test"), "{listed:?}");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy");
    std::fs::copy(std::env::current_exe().unwrap(), &copy).unwrap();
    let ran = Command::new(copy).args(["--exact", THIS]).env(BUILT_ANEW, "1").output().unwrap();
    assert!(ran.status.success() && String::from_utf8_lossy(&ran.stdout).contains("1 passed"), "{ran:?}");
}
