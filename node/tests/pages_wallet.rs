//! The wallet's app, as the node serves it.

use crate::http_support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use http_support::Node;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("pages/wallet")
}

/// All files of the app, by their names from its folder.
fn files() -> BTreeSet<String> {
    fn walk(folder: &Path, inside: &str, into: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{inside}{}", entry.file_name().into_string().unwrap());
            if entry.path().is_dir() {
                walk(&entry.path(), &format!("{name}/"), into);
            } else {
                into.insert(name);
            }
        }
    }
    let mut all = BTreeSet::new();
    walk(&root(), "", &mut all);
    assert!(all.len() > 10, "{all:?}");
    all
}

#[test]
fn each_link_of_a_till_opens_the_app() {
    let node = Node::start();
    let page = fs::read(root().join("index.html")).unwrap();
    for path in ["/wallet/", "/wallet/index.html", "/g/AAAA_-", "/c/AAAA_-", "/b/AAAA_-"] {
        let reply = node.get(path);
        assert_eq!((reply.status, &*reply.headers["content-type"]), (200, "text/html; charset=utf-8"), "{path}");
        assert_eq!(reply.bytes, page, "{path}");
    }
    let moved = node.get("/wallet");
    assert_eq!((moved.status, moved.headers["location"].as_str()), (308, "wallet/"), "to the folder");
    for path in ["/wallet/none.js", "/wallet/../Cargo.toml", "/wallet/..%2fstyle.css", "/g/a/b"] {
        assert_eq!(node.get(path).problem(), "not-found", "{path}");
    }
}

#[test]
fn all_files_of_the_app_keep_its_own_policy() {
    let node = Node::start();
    let policy = fs::read_to_string(root().join("csp.txt")).unwrap();
    assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"), "{policy}");
    for name in files() {
        let reply = node.get(&format!("/wallet/{name}"));
        assert_eq!(reply.bytes, fs::read(root().join(&name)).unwrap(), "{name}");
        assert_eq!(reply.headers["content-security-policy"], policy.trim(), "{name}");
        assert!(reply.headers["permissions-policy"].starts_with("camera=(self), microphone=()"), "{name}");
        assert_eq!(reply.headers["x-content-type-options"], "nosniff", "{name}");
        assert_eq!(reply.headers["referrer-policy"], "no-referrer", "{name}");
        assert_ne!(reply.headers["content-type"], "application/octet-stream", "{name}");
    }
}

#[test]
fn a_file_is_asked_for_again_unless_its_name_changes_with_it() {
    let node = Node::start();
    let mut lasting = 0;
    for name in files() {
        let path = format!("/wallet/{name}");
        let reply = node.get(&path);
        if reply.headers["cache-control"].contains("immutable") {
            lasting += 1;
            assert!(name.starts_with("app-") || name.starts_with("part-") || name.starts_with("style-"), "{name}");
            continue;
        }
        assert_eq!(reply.headers["cache-control"], "no-cache", "{name}");
        let tag = ("if-none-match".to_owned(), reply.headers["etag"].clone());
        let again = node.call("GET", &path, &[tag], None);
        assert_eq!((again.status, again.bytes.len()), (304, 0), "{name}");
    }
    assert!(lasting >= 3, "script, styles and parts");
}

#[test]
fn the_worker_may_answer_for_links_and_keeps_what_is_there() {
    let node = Node::start();
    let worker = node.get("/wallet/sw.js");
    assert_eq!(worker.headers["service-worker-allowed"], "/");
    assert!(!node.get("/wallet/index.html").headers.contains_key("service-worker-allowed"));
    let text = String::from_utf8(worker.bytes).unwrap();
    for name in files() {
        let kept = !["count.js", "csp.txt", "licences.txt", "sw.js"].contains(&&*name);
        assert_eq!(text.contains(&format!("\"{name}\"")), kept, "{name}");
    }
}

#[test]
fn all_that_the_apps_page_loads_is_there() {
    let page = fs::read_to_string(root().join("index.html")).unwrap();
    let loaded = page.split(['"']).filter_map(|word| word.strip_prefix("../wallet/"));
    let loaded: Vec<&str> = loaded.collect();
    assert!(loaded.len() >= 5, "{loaded:?}");
    let files = files();
    assert!(loaded.iter().all(|name| files.contains(*name)), "{loaded:?}");
}
