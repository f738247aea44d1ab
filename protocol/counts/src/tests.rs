use std::sync::atomic::{AtomicUsize, Ordering};

use crate::hot::{Counter, Hot};

static CALLS: AtomicUsize = AtomicUsize::new(0);

fn seen(work: &mut dyn FnMut()) {
    CALLS.fetch_add(1, Ordering::Relaxed);
    work();
}

/// All in one test: the calls are counted beside the names.
#[test]
fn each_function_does_its_work_and_is_counted_once_under_a_name_of_its_own() {
    let mut told: Vec<Hot> = Vec::new();
    let mut tell = |hot| told.push(hot);
    let mut counter = Counter::new(seen, &mut tell);
    crate::witness::all(&mut counter).unwrap();
    crate::gateway::all(&mut counter).unwrap();
    crate::wallet::all(&mut counter).unwrap();
    assert_eq!(CALLS.load(Ordering::Relaxed), told.len());
    let mut names: Vec<&str> = told.iter().map(|hot| hot.name).collect();
    assert!(names.len() >= 10 && told.iter().all(|hot| hot.units > 0), "{told:?}");
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), told.len(), "{names:?}");
}

#[test]
fn a_function_that_refuses_is_a_failure() {
    let mut calls = 0;
    let mut tell = |_| calls += 1;
    let mut counter = Counter::new(|work| work(), &mut tell);
    let hot = Hot { name: "refuses", units: 1, unit: "call" };
    let why = counter.count(hot, || Ok(()), |()| Err::<(), _>("no".to_owned()));
    assert_eq!(why, Err("refuses: no".to_owned()));
    assert_eq!(calls, 0, "nothing is counted");
}
