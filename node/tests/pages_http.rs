//! How pages are served: headers, languages, assets, refusals, and what is on the federation's page.

use crate::http_support;
use crate::pages_support;

use http_support::federation_support::{Plan, body, list, sign_charter, text};
use http_support::orders::swap;
use http_support::{Node, STORE, TestDesk};
use pages_support::{LANGUAGES, PAGES, Page, get_html, page};
use ronde_node::http::ServeLimits;
use ronde_node::pages::Catalogues;
use ronde_node::shop::EvidenceId;
use ronde_node::store::Snapshot;
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::charter::Association;
use ronde_protocol::message::ids::AssociationId;
use ronde_protocol::message::order::Purpose;

fn text_of(node: &Node, path: &str, language: &str) -> String {
    let texts = page(node, path, language).texts;
    let words: Vec<String> =
        texts.iter().map(|(_, text)| text.trim().to_owned()).filter(|text| !text.is_empty()).collect();
    words.join(" | ")
}

#[test]
fn every_page_tells_the_browser_what_it_may_not() {
    let node = Node::start();
    for path in PAGES {
        let headers = get_html(&node, path, "en").headers;
        let policy = &headers["content-security-policy"];
        for part in
            ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]
        {
            assert!(policy.split("; ").any(|found| found == part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{path}: {policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(headers[name], value, "{path}");
        }
        assert!(headers["permissions-policy"].contains("camera=()"), "{path}");
        assert!(!headers.contains_key("set-cookie") && !headers.contains_key("access-control-allow-origin"), "{path}");
    }
}

#[test]
fn a_page_is_in_the_language_that_was_chosen_or_else_preferred() {
    let node = Node::start();
    let language = |path: &str, preferred: &str| get_html(&node, path, preferred).headers["content-language"].clone();
    assert_eq!(language("/", "fr-FR, en;q=0.5"), "fr");
    assert_eq!(language("/", "de"), "en");
    assert_eq!(language("/?lang=en", "fr"), "en");
    assert_eq!(language("/federation?lang=fr", "en"), "fr");
    assert_eq!(language("/?lang=xx", "fr"), "fr", "one that there is not is no choice");
    // What was chosen goes along, what was guessed does not need to.
    let link = |path: &str| {
        let page = page(&node, path, "fr");
        let mut links = page.elements.iter().filter_map(|element| element.get("href"));
        links.find(|link| link.contains("federation")).unwrap().to_owned()
    };
    assert_eq!(link("/"), "./federation");
    assert_eq!(link("/?lang=en"), "./federation?lang=en");
}

#[test]
fn assets_may_be_kept_for_ever_under_a_name_that_changes_with_them() {
    let node = Node::start();
    let page = page(&node, "/till", "en");
    let script =
        page.elements.iter().find(|element| element.is("script")).and_then(|element| element.get("src")).unwrap();
    let path = script.trim_start_matches('.').to_owned();
    let reply = node.get(&path);
    assert_eq!((reply.status, &*reply.headers["content-type"]), (200, "text/javascript; charset=utf-8"));
    assert_eq!(reply.headers["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(reply.headers["x-content-type-options"], "nosniff");
    let version = path.split('/').nth(2).unwrap();
    assert_eq!(version.len(), 16);
    assert_eq!(node.get(&path.replace(version, "0123456789abcdef")).problem(), "not-found");
    assert_eq!(node.get(&path.replace("main.js", "none.js")).problem(), "not-found");
    assert_eq!(node.get(&path.replace("main.js", "..%2f..%2fCargo.toml")).problem(), "not-found");
}

/// The element with this id, and what of it a screen reader is told.
fn role(page: &Page, id: &str) -> Option<String> {
    let element = page.elements.iter().find(|element| element.get("id") == Some(id)).unwrap();
    element.get("role").map(str::to_owned)
}

#[test]
fn a_till_offers_one_scan_first_says_aloud_what_happens_and_shows_nothing_before_it_is_open() {
    let node = Node::start();
    for language in LANGUAGES {
        let page = page(&node, "/till", language);
        let whats = page.elements.iter().filter(|element| element.get("name") == Some("what"));
        assert_eq!(whats.filter_map(|what| what.get("value")).collect::<Vec<_>>(), ["sale", "give", "take"]);
        for alert in ["problem", "offline", "goods-problem"] {
            assert_eq!(role(&page, alert).as_deref(), Some("alert"), "{alert}");
        }
        for status in ["live", "key-waits"] {
            assert_eq!(role(&page, status).as_deref(), Some("status"), "{status}");
        }
        for id in ["counter", "operation", "received", "goods-open", "sign-out", "key-waits"] {
            let element = page.elements.iter().find(|element| element.get("id") == Some(id)).unwrap();
            assert!(element.get("hidden").is_some(), "{id}");
        }
    }
}

#[test]
fn browsers_are_refused_in_words_and_programs_as_ever() {
    let node = Node::start();
    let english = get_html(&node, "/nothing", "en");
    assert_eq!((english.status, &*english.headers["content-type"]), (404, "text/html; charset=utf-8"));
    assert!(text_of(&node, "/a/b/nothing", "fr").contains("Il n’y a rien ici"));
    assert_eq!(node.get("/nothing").problem(), "not-found");
    assert_eq!(node.call("POST", "/till", &[], Some(b"")).problem(), "method-not-allowed");
    // The calls of tills and wallets are the same whatever the reader prefers.
    assert_eq!(get_html(&node, "/v1/nothing", "en").problem(), "not-found");
    assert_eq!(get_html(&node, "/v1/status", "en").json["store"], STORE.0);
}

#[test]
fn a_request_that_hides_another_is_refused_by_pages_too() {
    let node = Node::start();
    let reply = node.call("GET", "/till", &[("transfer-encoding".to_owned(), "chunked".to_owned())], None);
    assert_eq!(reply.problem(), "bad-encoding");
}

#[test]
fn names_of_the_charter_are_text_and_never_markup() {
    let mut desk = TestDesk::new();
    let plan = Plan { http: vec![], ..Plan::of(4) };
    let mut second = body(&plan);
    second.version = 2;
    let name = text("<script>alert(1)</script>&amp;\"'");
    second.associations = list([Association { id: AssociationId(3), name, closed: false }]);
    desk.chain.push(sign_charter(second, &[0]));
    let node = Node::start_as(desk, ServeLimits::default(), Snapshot::default(), Catalogues::embedded());
    let shown = page(&node, "/federation", "en");
    assert!(shown.texts.iter().any(|(_, text)| text.starts_with("<script>alert(1)</script>&amp;\"'")));
    // The page's own, which counts votes, and no other.
    let mut scripts = shown.elements.iter().filter(|element| element.is("script"));
    assert!(scripts.all(|script| script.get("src").is_some_and(|source| source.ends_with("wallet/count.js"))));
}

#[test]
fn each_version_of_the_charter_says_what_it_changed() {
    let mut desk = TestDesk::new();
    let old = desk.chain[0].body.clone();
    let mut new = old.clone();
    new.version = 2;
    new.genesis = None;
    let mut stores: Vec<_> = old.stores.iter().cloned().collect();
    stores[0].name = text("Bakery");
    stores[1].daily_limit = Points(5);
    new.stores = list(stores);
    let mut campaigns: Vec<_> = old.campaigns.iter().cloned().collect();
    campaigns[0].choices = list(["Lime", "Plane", "Oak", "Elm"].map(text));
    new.campaigns = list(campaigns);
    let mut associations: Vec<_> = old.associations.iter().cloned().collect();
    associations[0].closed = true;
    new.associations = list(associations);
    new.point_value.cents = 2;
    desk.chain.push(sign_charter(new, &[0]));
    let node = Node::start_as(desk, ServeLimits::default(), Snapshot::default(), Catalogues::embedded());
    let shown = text_of(&node, "/federation", "en");
    for sentence in [
        "Store 1 is now called Bakery.",
        "Store 2 may issue 5 points a day, not 1,000.",
        "New to choose in “Which tree in the market square?”: Elm.",
        "Food bank takes no more gifts.",
        "points are now 2 cents",
    ] {
        assert!(shown.contains(sentence), "{sentence}: {shown}");
    }
    assert!(text_of(&node, "/federation", "fr").contains("Store 1 s’appelle maintenant Bakery."));
}

#[test]
fn what_shops_pledged_is_told_from_what_customers_gave() {
    let node = Node::start();
    *node.desk.given.lock().unwrap() = 12;
    let purpose = Purpose::Pledge { association: AssociationId(1), points: Points(7) };
    node.desk.book(ronde_protocol::message::order::Order { purpose, ..swap(&node, 1).order });
    let shown = text_of(&node, "/federation", "en");
    assert!(shown.contains("Food bank | 5 | 7 | 12"), "{shown}");
}

#[test]
fn votes_are_counted_from_the_log_as_it_grows() {
    let node = Node::start();
    let mut salt = 0;
    let mut vote = |choice| {
        salt += 1;
        let order = swap(&node, salt).order;
        let purpose = Purpose::Vote { campaign: http_support::federation_support::CAMPAIGN, choice };
        node.desk.book(ronde_protocol::message::order::Order { purpose, ..order });
    };
    vote(0);
    let shown = text_of(&node, "/federation", "en");
    assert!(shown.contains("1 vote.") && shown.contains("Lime | 1 | 100%"), "{shown}");
    assert_eq!(text_of(&node, "/federation", "fr").matches("1 voix.").count(), 1, "counted once");
}

#[test]
fn the_page_of_the_federation_shows_witnesses_books_and_no_evidence() {
    let shown = text_of(&Node::start(), "/federation", "en");
    for sentence in [
        "Points in wallets | +5",
        "Store 1 | \u{2212}5",
        "All positions sum to zero.",
        "None: nobody has been caught cheating.",
        "2 stewards of 3; 2 needed",
    ] {
        assert!(shown.contains(sentence), "{sentence}: {shown}");
    }
}

#[test]
fn witnesses_that_are_down_are_named_with_what_follows() {
    let shown = |up: &[bool]| {
        let mut desk = TestDesk::new();
        desk.up = up.to_vec();
        let node = Node::start_as(desk, ServeLimits::default(), Snapshot::default(), Catalogues::embedded());
        text_of(&node, "/federation", "en")
    };
    for (up, sentence) in [
        (&[true, true, true, true], "Keyset 1: all 4 witnesses answer. Payments go through."),
        (&[true, false, true, true], "Keyset 1: Store 2 does not answer. Payments go through, and none more may fail."),
        (&[false, false, true, true], "Keyset 1: Store 1, Store 2 do not answer. Payments wait"),
    ] {
        let text = shown(up);
        assert!(text.contains(sentence), "{text}");
    }
}

/// A browser holds to each policy that it is sent: a second one could forbid what a page needs.
#[test]
fn each_header_comes_once() {
    use std::io::{Read as _, Write as _};
    let node = Node::start();
    let styles = page(&node, "/", "en");
    let style = styles.elements.iter().find(|element| element.get("rel") == Some("stylesheet")).unwrap();
    let style = style.get("href").unwrap().trim_start_matches('.').to_owned();
    for path in PAGES.iter().map(ToString::to_string).chain([style]) {
        let mut socket = std::net::TcpStream::connect(node.url.trim_start_matches("http://")).unwrap();
        write!(socket, "GET {path} HTTP/1.1\r\nHost: node\r\nAccept: text/html\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        let head = answer.split("\r\n\r\n").next().unwrap();
        let mut names: Vec<&str> = head.lines().skip(1).filter_map(|line| Some(line.split_once(':')?.0)).collect();
        assert!(names.contains(&"content-security-policy"), "{path}: {head}");
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all, "{path}: {head}");
    }
}

#[test]
fn a_shop_that_is_no_witness_says_so_and_names_those_that_are() {
    let mut desk = TestDesk::new();
    desk.is_witness = false;
    desk.pieces = vec![(EvidenceId([7; 32]), b"of a later charter".to_vec())].into();
    let node = Node::start_as(desk, ServeLimits::default(), Snapshot::default(), Catalogues::embedded());
    let shown = text_of(&node, "/federation", "en");
    for sentence in
        ["This shop is no witness and keeps no log.", "keeps no books", "can’t judge yet", "0707070707070707"]
    {
        assert!(shown.contains(sentence), "{sentence}: {shown}");
    }
    let page = page(&node, "/federation", "en");
    let mut links = page.elements.iter().filter_map(|element| element.get("href"));
    assert!(links.any(|link| link == format!("{}/federation", http_support::BASE)));
}
