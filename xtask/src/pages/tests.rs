use super::{Options, TIMES};

fn parsed(words: &[&str]) -> Result<Options, String> {
    Options::parse(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
}

#[test]
fn all_scenes_are_played_unless_some_are_named() {
    assert_eq!(parsed(&[]), Ok(Options { only: Vec::new(), times: TIMES }));
    let some = Options { only: vec!["earn".to_owned(), "pay".to_owned()], times: 3 };
    assert_eq!(parsed(&["--only", "earn", "--times", "3", "--only", "pay"]), Ok(some));
    assert!(parsed(&["--times", "x"]).is_err_and(|why| why.contains("not a number")));
    assert!(parsed(&["--only"]).is_err_and(|why| why.contains("needs a value")));
    assert!(parsed(&["--fast", "1"]).is_err_and(|why| why.contains("`--fast` is not understood")));
}
