use super::{Files, differences};

#[test]
fn a_file_that_differs_or_is_on_one_side_alone_is_named() {
    let files = |all: &[(&str, &str)]| -> Files {
        all.iter().map(|(name, text)| ((*name).into(), text.as_bytes().to_vec())).collect()
    };
    let built = files(&[("a.js", "1"), ("b.js", "2"), ("icons/c.png", "3")]);
    assert!(differences(&built, &built).is_empty());
    let kept = files(&[("a.js", "1"), ("b.js", "old"), ("d.js", "4")]);
    assert_eq!(differences(&built, &kept), ["b.js", "icons/c.png", "d.js"]);
}
