use std::process::{Command, Stdio};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use super::options::Options;
use crate::demo::node::first_line;
use crate::tools::{output, repository};

fn asked(words: &[&str]) -> Result<Options, String> {
    Options::parse(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
}

#[test]
fn a_run_can_be_repeated_by_what_it_prints() {
    let first = asked(&["--minutes", "3", "--seed", "9", "--nodes", "5", "--loopback"]).unwrap();
    let command = first.command();
    let words: Vec<&str> = command.split(' ').skip(3).collect();
    assert_eq!(asked(&words).unwrap(), first);
}

#[test]
fn what_is_not_understood_is_said() {
    assert!(asked(&["--minutes"]).is_err_and(|why| why.contains("needs a number from 1")));
    assert!(asked(&["--nodes", "3"]).is_err_and(|why| why.contains("from 4 to 7")));
    assert!(asked(&["--fast"]).is_err_and(|why| why.contains("no option `--fast`")));
}

#[test]
fn a_node_that_never_says_a_word_holds_up_nobody() {
    let mut silent = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let heard = first_line(silent.stdout.take().unwrap(), Duration::from_millis(10));
    assert_eq!(heard, Err(RecvTimeoutError::Timeout));
    silent.kill().unwrap();
    silent.wait().unwrap();
    let mut talking = Command::new("echo").arg("ready").stdout(Stdio::piped()).spawn().unwrap();
    assert_eq!(first_line(talking.stdout.take().unwrap(), Duration::from_secs(60)).unwrap(), "ready");
    talking.wait().unwrap();
}

/// The checker is shown histories that were doctored, and must find each lie; a true one must pass.
#[test]
fn the_checker_of_histories_finds_lies() {
    let tests = repository().join("xtask/chaos/test_check_history.py");
    let run = output(&["python3", &tests.to_string_lossy()]);
    assert!(run.is_some(), "run python3 {} to see what it does not find", tests.display());
}
