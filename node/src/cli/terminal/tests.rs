use super::fit;

#[test]
fn long_lines_are_broken_between_words_under_their_label_and_others_stay() {
    let text = "ok    short\nlook  this is a line that is longer than forty columns, and it goes on";
    let said = "ok    short\nlook  this is a line that is longer than\n      forty columns, and it goes on";
    assert_eq!(fit(text, Some(40)), said);
    assert_eq!(fit(text, None), text);
    let failed = fit("failed: no such file, none at all, and nothing else to say of it", Some(40));
    assert_eq!(failed, "failed: no such file, none at all, and\n        nothing else to say of it");
    assert_eq!(fit("  an indented line that goes on and on", Some(24)), "  an indented line that\n  goes on and on");
}

#[test]
fn what_is_to_be_copied_is_not_broken() {
    let command = "to do:  run it once more: `ronde wallet resume --node URL`, and wait";
    assert_eq!(
        fit(command, Some(40)),
        "to do:  run it once more:\n        `ronde wallet resume --node URL`,\n        and wait"
    );
    let link = format!("http://bakery.example/g/{}", "x".repeat(60));
    assert_eq!(fit(&link, Some(40)), link);
}
