//! The manager signs in: who is let in, for how long, and what no other page can do in their name.

use crate::http_support;

use http_support::{Node, Reply, bearer};
use ronde_node::password;
use serde_json::json;

const PASSWORD: &str = "correct horse battery";

fn node() -> Node {
    let node = Node::start();
    password::set(&node.folder.path().join("manager.hash"), PASSWORD).unwrap();
    node
}

/// What a browser sends with a form of the node's own page.
fn own_page() -> (String, String) {
    ("sec-fetch-site".to_owned(), "same-origin".to_owned())
}

fn sign_in_as(node: &Node, headers: &[(String, String)], form: &str) -> Reply {
    node.call("POST", "/admin/login", headers, Some(form.as_bytes()))
}

fn sign_in(node: &Node, password: &str) -> Reply {
    sign_in_as(node, &[own_page()], &format!("password={}", password.replace(' ', "+")))
}

/// The cookie of whoever signed in, as it is sent back.
fn cookie(reply: &Reply) -> (String, String) {
    assert_eq!(reply.status, 303, "{reply:?}");
    let value = reply.headers["set-cookie"].split(';').next().unwrap().to_owned();
    ("cookie".to_owned(), value)
}

fn sign_out(node: &Node, headers: &[(String, String)], csrf: &str) -> Reply {
    node.call("POST", "/admin/logout", headers, Some(format!("csrf={csrf}").as_bytes()))
}

/// TILL-10.
#[test]
fn the_cookie_goes_to_this_host_alone_and_no_script_and_no_other_page_gets_it() {
    let node = node();
    let reply = sign_in(&node, PASSWORD);
    let set = &reply.headers["set-cookie"];
    let (value, attributes) = set.split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure");
    let secret = value.strip_prefix("__Host-ronde=").unwrap();
    assert_eq!(secret.len(), 43, "32 bytes as base64");
    assert_eq!((&*reply.headers["location"], &*reply.headers["cache-control"]), ("../admin", "no-store"));
    assert_ne!(cookie(&sign_in(&node, PASSWORD)).1, *value, "each session has its own");
}

/// TILL-9, TILL-11.
#[test]
fn the_password_alone_opens_a_session_and_a_restart_ends_it() {
    let node = node();
    for wrong in ["", "correct horse batterz", "correct horse battery "] {
        let refused = sign_in(&node, wrong);
        assert_eq!((refused.problem(), refused.status), ("password-wrong", 403));
        assert!(!refused.headers.contains_key("set-cookie"));
    }
    let signed_in = [own_page(), cookie(&sign_in(&node, PASSWORD))];
    assert_eq!(sign_out(&node, &signed_in, "x").problem(), "form-refused", "there is a session");
    assert_eq!(sign_out(&node, &[own_page()], "x").problem(), "session-missing");
    let restarted = Node::start_from(node.snapshot());
    password::set(&restarted.folder.path().join("manager.hash"), PASSWORD).unwrap();
    assert_eq!(sign_out(&restarted, &signed_in, "x").problem(), "session-missing");
}

/// TILL-9: where nobody set a password nothing opens.
#[test]
fn without_a_password_nobody_signs_in() {
    let node = Node::start();
    assert_eq!(sign_in(&node, "").problem(), "password-wrong");
    assert_eq!(sign_in(&node, PASSWORD).problem(), "password-wrong");
}

/// TILL-12.
#[test]
fn another_password_ends_the_sessions_of_the_one_before_at_once() {
    let node = node();
    let signed_in = [own_page(), cookie(&sign_in(&node, PASSWORD))];
    assert_eq!(sign_out(&node, &signed_in, "x").problem(), "form-refused");
    password::set(&node.folder.path().join("manager.hash"), "another long password").unwrap();
    assert_eq!(sign_out(&node, &signed_in, "x").problem(), "session-missing");
    assert_eq!(sign_in(&node, PASSWORD).problem(), "password-wrong");
    assert_eq!(sign_in(&node, "another long password").status, 303);
}

/// TILL-13.
#[test]
fn a_form_of_another_page_does_nothing() {
    let node = node();
    let session = cookie(&sign_in(&node, PASSWORD));
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let host = node.url.strip_prefix("http://").unwrap().to_owned();
    let foreign = [
        vec![],
        vec![header("sec-fetch-site", "cross-site")],
        vec![header("sec-fetch-site", "same-site")],
        vec![header("sec-fetch-site", "none")],
        vec![header("sec-fetch-site", "cross-site"), header("origin", &node.url)],
        vec![header("origin", "https://evil.example")],
        vec![header("origin", "null")],
        vec![header("origin", &format!("https://evil.example/{host}"))],
    ];
    for headers in foreign {
        let refused = sign_in_as(&node, &headers, &format!("password={PASSWORD}").replace(' ', "+"));
        assert_eq!((refused.problem(), refused.status), ("form-refused", 403), "{headers:?}");
        let with_cookie = [headers, vec![session.clone()]].concat();
        assert_eq!(sign_out(&node, &with_cookie, "").problem(), "form-refused", "{with_cookie:?}");
    }
    // Browsers that say no `Sec-Fetch-Site` say where the page is from: here, or where the charter has this store.
    for origin in [node.url.as_str(), "https://store-1.example"] {
        let reply = sign_in_as(&node, &[header("origin", origin)], &format!("password={PASSWORD}").replace(' ', "+"));
        assert_eq!(reply.status, 303, "{origin}");
    }
}

/// TILL-13: the token of a form is that of its session, and a manager who signed out is out.
#[test]
fn a_form_needs_the_token_of_its_own_session_and_signing_out_ends_it() {
    let node = node();
    let (mine, other) = (cookie(&sign_in(&node, PASSWORD)), cookie(&sign_in(&node, PASSWORD)));
    let csrf =
        |cookie: &(String, String)| node.call("GET", "/admin/session", std::slice::from_ref(cookie), None).text("csrf");
    let signed_in = [own_page(), mine.clone()];
    for wrong in ["", "x", &csrf(&other)] {
        assert_eq!(sign_out(&node, &signed_in, wrong).problem(), "form-refused");
    }
    let out = sign_out(&node, &signed_in, &csrf(&mine));
    assert_eq!(out.status, 303, "{out:?}");
    assert!(out.headers["set-cookie"].starts_with("__Host-ronde=; Path=/; Max-Age=0;"));
    assert_eq!(sign_out(&node, &signed_in, "x").problem(), "session-missing");
    assert_eq!(sign_out(&node, &[own_page(), other], "x").problem(), "form-refused", "the other one stays");
}

/// TILL-14.
#[test]
fn ten_wrong_passwords_slow_guessing_and_lock_nobody_out() {
    let node = node();
    let replies: Vec<Reply> = (0..10).map(|at| sign_in(&node, &format!("wrong password {at}"))).collect();
    let slowed: Vec<&Reply> = replies.iter().filter(|reply| reply.status == 429).collect();
    assert!(!slowed.is_empty(), "{replies:?}");
    for reply in slowed {
        assert_eq!((reply.problem(), &reply.json["retryable"]), ("rate-limited", &json!(true)));
        assert_eq!(reply.headers["retry-after"], reply.json["retry_after"].to_string());
    }
    // Whoever knows the password gets in as soon as it is looked at again, however often others go on.
    let right = loop {
        let reply = sign_in(&node, PASSWORD);
        if reply.status != 429 {
            break reply;
        }
    };
    assert_eq!(right.status, 303);
}

/// TILL-14.
#[test]
fn a_browser_that_was_let_in_before_waits_for_no_stranger() {
    let node = node();
    let reply = node.call(
        "POST",
        "/admin/login",
        &[own_page()],
        Some(format!("password={PASSWORD}").replace(' ', "+").as_bytes()),
    );
    let set: Vec<&str> = reply.cookies.iter().map(String::as_str).collect();
    let browser = set.iter().find(|set| set.starts_with("__Host-ronde-browser=")).unwrap();
    let (value, attributes) = browser.split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/; Max-Age=31536000; HttpOnly; SameSite=Strict; Secure");
    let known = ("cookie".to_owned(), value.to_owned());
    // Its own sign-in counts as a stranger's, as do these; all are of one address here.
    while sign_in(&node, "wrong password").status != 429 {}
    let form = format!("password={}", PASSWORD.replace(' ', "+"));
    let right = sign_in_as(&node, &[own_page(), known.clone()], &form);
    assert_eq!((right.status, right.cookies.len()), (303, 1), "it is known already: {right:?}");
    // It opens nothing by itself.
    assert_eq!(node.call("GET", "/admin/session", std::slice::from_ref(&known), None).problem(), "session-missing");
    password::set(&node.folder.path().join("manager.hash"), "another password").unwrap();
    assert_eq!(sign_in_as(&node, &[own_page(), known], &form).problem(), "rate-limited", "a stranger again");
}

/// TILL-15.
#[test]
fn a_session_opens_nothing_below_v1() {
    let node = node();
    let session = cookie(&sign_in(&node, PASSWORD));
    let secret = session.1.split_once('=').unwrap().1.to_owned();
    let pledge = json!({ "association": 1, "points": 5 }).to_string();
    for headers in [vec![own_page(), session], vec![own_page(), bearer(&secret)]] {
        let reply = node.call("POST", "/v1/pledges", &headers, Some(pledge.as_bytes()));
        assert_eq!(reply.problem(), "token-missing");
    }
}

/// HTTP-10.
#[test]
fn neither_password_nor_session_is_in_the_database() {
    let node = node();
    let session = cookie(&sign_in(&node, PASSWORD)).1;
    let stored = node.stored_bytes();
    for secret in [PASSWORD, session.split_once('=').unwrap().1] {
        assert!(!stored.windows(secret.len()).any(|window| window == secret.as_bytes()));
    }
}
