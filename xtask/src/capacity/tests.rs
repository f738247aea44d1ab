use super::filled;

const PAGE: &str =
    "# Page\n\n```console capacity\n$ ronde capacity --stores 3\nold\n```\n\n```sh\n$ ronde other\n```\n";

#[test]
fn marked_blocks_alone_are_filled() {
    let (text, blocks) = filled(PAGE, |words| Ok(format!("new for{words}\n"))).unwrap();
    assert_eq!(blocks, 1);
    assert_eq!(text, PAGE.replace("old", "new for --stores 3"));
    assert_eq!(filled(&text, |words| Ok(format!("new for{words}\n"))).unwrap(), (text, 1));
}

#[test]
fn a_page_that_is_marked_wrongly_is_refused() {
    let print = |_: &str| Ok(String::new());
    for wrong in ["# Page\n", "```console capacity\nold\n```\n", "```console capacity\n$ ronde capacity\nold\n"] {
        assert!(filled(wrong, print).is_err(), "{wrong}");
    }
    assert!(filled(PAGE, |_| Err("it failed".to_owned())).is_err());
}
