use std::path::PathBuf;

use super::{BATCH, Batch, One, Request, parse, regressions};

fn asked(words: &[&str]) -> Result<Request, String> {
    parse(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
}

#[test]
fn a_batch_says_where_it_begins_how_long_it_is_and_how_wide() {
    let batch = Batch { from: 7, seeds: 9, jobs: 3, keep: PathBuf::from("here") };
    let words = ["batch", "--from", "7", "--seeds", "9", "--jobs", "3", "--keep", "here"];
    assert_eq!(asked(&words), Ok(Request::Batch(batch)));
    let Ok(Request::Batch(plain)) = asked(&["batch"]) else { panic!("not understood") };
    assert_eq!((plain.from, plain.seeds, plain.keep), (0, BATCH, regressions()));
}

#[test]
fn one_seed_can_be_traced() {
    let one = One { seed: 5, trace: true, keep: regressions() };
    assert_eq!(asked(&["one", "--seed", "5", "--trace"]), Ok(Request::One(one)));
}

#[test]
fn what_is_not_understood_is_said() {
    assert!(asked(&[]).is_err_and(|why| why.contains("missing")));
    assert!(asked(&["one"]).is_err_and(|why| why.contains("--seed")));
    assert!(asked(&["batch", "--seeds", "many"]).is_err_and(|why| why.contains("whole number")));
    assert!(asked(&["guess"]).is_err_and(|why| why.contains("no command `guess`")));
    assert!(asked(&["batch", "--slow"]).is_err_and(|why| why.contains("--slow")));
}
