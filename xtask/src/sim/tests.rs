use super::{Request, parse, planted};

fn asked(words: &[&str]) -> Result<Request, String> {
    parse(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
}

fn simulates(words: &[&str], simulated: &[&str]) {
    let simulated = simulated.iter().map(|word| (*word).to_owned()).collect();
    assert_eq!(asked(words), Ok(Request::Simulate(simulated)));
}

#[test]
fn a_batch_a_seed_a_file_and_the_regressions_are_passed_on() {
    simulates(&[], &["batch"]);
    simulates(&["--seeds", "9", "--from", "4"], &["batch", "--seeds", "9", "--from", "4"]);
    simulates(&["--seed", "7", "--trace"], &["one", "--seed", "7", "--trace"]);
    simulates(&["--file", "a.json"], &["file", "a.json"]);
    simulates(&["--regressions"], &["regressions"]);
}

#[test]
fn faults_are_planted_all_or_some() {
    let all = planted::Options::default();
    assert_eq!(asked(&["--planted"]), Ok(Request::Plant(all)));
    let some = planted::Options { only: Some("limit".to_owned()), quick: true, list: false };
    assert_eq!(asked(&["--planted", "--quick", "--only", "limit"]), Ok(Request::Plant(some)));
}

#[test]
fn what_does_not_go_together_is_said() {
    assert!(asked(&["--seed", "7", "--seeds", "9"]).is_err_and(|why| why.contains("alone")));
    assert!(asked(&["--quick"]).is_err_and(|why| why.contains("--planted")));
    assert!(asked(&["--planted", "--seeds", "9"]).is_err_and(|why| why.contains("--only")));
    assert!(asked(&["--trace"]).is_err_and(|why| why.contains("--seed")));
    assert!(asked(&["--seed"]).is_err_and(|why| why.contains("whole number")));
    assert!(asked(&["--fast"]).is_err_and(|why| why.contains("--fast")));
}
