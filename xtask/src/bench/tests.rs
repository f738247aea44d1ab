use super::parse;

fn parsed(words: &[&str]) -> Result<Vec<String>, String> {
    parse(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
}

#[test]
fn the_bench_is_told_what_was_asked_for_with_files_named_from_anywhere() {
    let passed = parsed(&["--peers", "--quick", "--only", "check", "--seed", "7", "--svg", "ratios.svg"]).unwrap();
    assert_eq!(passed[..6], ["--quick", "--only", "check", "--seed", "7", "--svg"]);
    assert!(std::path::Path::new(&passed[6]).is_absolute() && passed[6].ends_with("ratios.svg"), "{passed:?}");
}

#[test]
fn what_it_does_not_know_or_lacks_is_said() {
    assert!(parsed(&[]).unwrap_err().contains("--peers"));
    assert!(parsed(&["--quick"]).unwrap_err().contains("--peers"));
    assert!(parsed(&["--peers", "--fast"]).unwrap_err().contains("--fast"));
    assert!(parsed(&["--peers", "--only"]).unwrap_err().contains("needs a value"));
}
