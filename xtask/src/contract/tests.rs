use std::path::Path;

use super::{EXAMPLES, Options, SEED, asking};

fn parsed(words: &[&str]) -> Result<Options, String> {
    Options::parse(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
}

#[test]
fn the_seed_is_fixed_unless_another_is_given() {
    assert_eq!(parsed(&[]), Ok(Options { seed: SEED, examples: EXAMPLES }));
    assert_eq!(parsed(&["--seed", "7", "--examples", "2"]), Ok(Options { seed: 7, examples: 2 }));
    assert!(parsed(&["--seed"]).is_err_and(|why| why.contains("needs a number")));
    assert!(parsed(&["--seed", "x"]).is_err_and(|why| why.contains("not a whole number")));
    assert!(parsed(&["--fast", "1"]).is_err_and(|why| why.contains("`--fast` is not understood")));
}

#[test]
fn all_checks_are_on_and_no_token_stands_in_the_command() {
    let asking =
        asking(Path::new("schemathesis"), "http://127.0.0.1:1", Some("sesame"), Options { seed: 3, examples: 2 });
    let words: Vec<String> = asking.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
    assert!(words.windows(2).any(|pair| pair == ["--seed", "3"]), "{words:?}");
    assert!(!words.iter().any(|word| word.contains("checks") || word.contains("phases") || word.contains("sesame")));
    let config = include_str!("../../contract/schemathesis.toml");
    // Each by its operations, with its reason above; none for all.
    let off: Vec<&str> = config.lines().filter(|line| line.contains("enabled")).collect();
    let (used, there) =
        ("checks.use_after_free.enabled = false", "checks.ensure_resource_availability.enabled = false");
    // The last is the stream of events, which has no end: it is not asked at all.
    assert_eq!(off, ["enabled = true", used, used, there, used, there, used, used, "enabled = false"]);
    assert!(config.contains("include-operation-id = [\"followEvents\"]\nenabled = false"));
}
