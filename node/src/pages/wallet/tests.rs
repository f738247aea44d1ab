use super::{has_hash, path_of};

#[test]
fn only_a_name_that_changes_with_its_bytes_may_be_kept_for_ever() {
    for name in ["app-L37ODHDJ.js", "part-VJTO7WNT.js", "style-VU2NARHN.css"] {
        assert!(has_hash(name), "{name}");
    }
    for name in
        ["index.html", "sw.js", "icons/icon-192.png", "icons/maskable-512.png", "manifest.webmanifest", "a-b.js"]
    {
        assert!(!has_hash(name), "{name}");
    }
}

#[test]
fn the_worker_answers_for_the_stores_own_path_and_no_more() {
    for (base, path) in [
        ("https://shop.example", "/"),
        ("https://shop.example/", "/"),
        ("https://shop.example/ronde", "/ronde/"),
        ("http://127.0.0.1:8141/a/b/", "/a/b/"),
    ] {
        assert_eq!(path_of(base), path, "{base}");
    }
}
