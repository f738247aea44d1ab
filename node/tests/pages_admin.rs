//! The manager's pages: who sees them, what they say, and what their forms do.

use crate::http_support;
use crate::pages_support;

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use http_support::federation_support::{DAY, KEYSET};
use http_support::orders::{checkout, claim, offer, pay, points};
use http_support::{NOW, Node, Reply, TestDesk};
use pages_support::{
    Header, LANGUAGES, MANAGERS, Page, furnish, get_html, get_signed, header, parse, post_signed, sign_in, signed_page,
    words,
};
use ronde_node::config::{Config, Tls};
use ronde_node::http::{Certificates, ServeLimits};
use ronde_node::pages::Catalogues;
use ronde_node::password;
use ronde_node::routine::pledge_now;
use ronde_node::shop::{
    ClockStatus, DeskStatus, DiskStatus, InHand, LogStatus, OpenOrder, PeerLogStatus, PeerLogTrouble, Posted,
    RetiredBecause, RulesTrouble, SeatNotTaken, WitnessStatus,
};
use ronde_node::store::{Engine as _, MemoryEngine, Snapshot, Table};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::codec::encode;
use ronde_protocol::message::ids::{OrderDigest, StoreId, WitnessIndex};
use ronde_protocol::message::order::Purpose;
use serde_json::json;

fn page_of(reply: &Reply) -> Page {
    assert_eq!(reply.headers["content-type"], "text/html; charset=utf-8", "{reply:?}");
    parse(std::str::from_utf8(&reply.bytes).unwrap())
}

/// What the page's forms carry.
fn csrf(page: &Page) -> String {
    let field = page.elements.iter().find(|element| element.get("name") == Some("csrf")).unwrap();
    field.get("value").unwrap().to_owned()
}

fn says(node: &Node, path: &str, session: &Header) -> String {
    words(&signed_page(node, path, "en", session))
}

/// TILL-13, TILL-15.
#[test]
fn without_a_session_there_is_nothing_but_the_question_for_the_password() {
    let node = Node::start();
    let none = page_of(&get_html(&node, "/admin", "en"));
    assert!(words(&none).contains("No password is set"), "{}", words(&none));
    sign_in(&node);
    let front = get_html(&node, "/admin", "en");
    assert_eq!(front.status, 200);
    let form = page_of(&front);
    assert!(form.elements.iter().any(|element| element.get("action") == Some("./admin/login")));
    assert!(form.elements.iter().any(|element| element.get("type") == Some("password")));
    assert!(!words(&form).contains("Overview"));
    for path in MANAGERS.iter().chain(&["/admin/statement.csv"]).filter(|path| path.len() > "/admin?span=month".len()) {
        let reply = get_html(&node, path, "en");
        assert_eq!((reply.status, &*reply.headers["location"]), (303, "../admin"), "{path}");
    }
    let chosen = get_html(&node, "/admin/tills?lang=fr", "en");
    assert_eq!(chosen.headers["location"], "../admin?lang=fr");
    for path in ["/admin/tills/add", "/admin/tills/revoke"] {
        let form = post_signed(&node, path, &header("cookie", "__Host-ronde=stale"), "name=x&csrf=x");
        assert_eq!((form.status, &*form.headers["location"]), (303, "../../admin?ended=yes"), "{path}");
        let program = node.call("POST", path, &[header("sec-fetch-site", "same-origin")], Some(b"name=x&csrf=x"));
        assert_eq!(program.problem(), "session-missing", "{path}");
    }
    assert!(node.shop.tills().unwrap().is_empty());
    assert!(words(&page_of(&get_html(&node, "/admin?ended=yes", "en"))).contains("You are not signed in any more"));
}

#[test]
fn a_wrong_password_is_said_beside_the_form_in_the_readers_language() {
    let node = Node::start();
    password::set(&node.folder.path().join("manager.hash"), "correct horse battery").unwrap();
    let attempt = |language: &str, password: &str| {
        let headers = [
            header("accept", "text/html"),
            header("accept-language", language),
            header("sec-fetch-site", "same-origin"),
        ];
        node.call("POST", "/admin/login", &headers, Some(format!("password={password}").as_bytes()))
    };
    for (language, said) in [("en", "This is not the manager’s password."), ("fr", "Ce n’est pas le mot de passe")]
    {
        let reply = attempt(language, "wrong");
        assert_eq!(reply.status, 403);
        let page = page_of(&reply);
        assert!(words(&page).contains(said), "{}", words(&page));
        assert!(page.elements.iter().any(|element| element.get("action") == Some("../admin/login")));
        let other = page.elements.iter().find_map(|element| element.get("hreflang").and(element.get("href"))).unwrap();
        assert!(other.starts_with("../admin?lang="), "not where the form was sent: {other}");
    }
    let slowed = (0..10).map(|_| attempt("en", "wrong")).find(|reply| reply.status == 429).unwrap();
    assert!(slowed.headers.contains_key("retry-after"));
    assert!(words(&page_of(&slowed)).contains("nobody is locked out"));
    // Whoever reads the form's address in their history is led to the page.
    let opened = get_html(&node, "/admin/login?lang=fr", "en");
    assert_eq!((opened.status, &*opened.headers["location"]), (303, "../admin?lang=fr"));
}

/// TILL-11, TILL-12.
#[test]
fn signing_out_and_another_password_close_every_page() {
    let node = Node::start();
    let session = sign_in(&node);
    let csrf = csrf(&signed_page(&node, "/admin", "en", &session));
    let out = post_signed(&node, "/admin/logout?lang=fr", &session, &format!("csrf={csrf}"));
    assert_eq!((out.status, &*out.headers["location"]), (303, "../admin?lang=fr"));
    assert!(words(&page_of(&get_signed(&node, "/admin", "en", &session))).contains("Sign in as the manager"));
    let session = sign_in(&node);
    assert_eq!(get_signed(&node, "/admin/tills", "en", &session).status, 200);
    password::set(&node.folder.path().join("manager.hash"), "another long password").unwrap();
    assert_eq!(get_signed(&node, "/admin/tills", "en", &session).status, 303);
    assert!(words(&page_of(&get_signed(&node, "/admin", "en", &session))).contains("Sign in as the manager"));
}

#[test]
fn no_managers_page_is_kept_framed_or_handed_on() {
    let node = Node::start();
    let session = sign_in(&node);
    for path in MANAGERS {
        let headers = get_signed(&node, path, "fr", &session).headers;
        let policy = &headers["content-security-policy"];
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{path}: {policy}");
        for (name, value) in [
            ("cache-control", "no-store"),
            ("referrer-policy", "same-origin"),
            ("x-content-type-options", "nosniff"),
            ("content-language", "fr"),
        ] {
            assert_eq!(headers[name], value, "{path}");
        }
        assert!(!headers.contains_key("set-cookie") && !headers.contains_key("access-control-allow-origin"), "{path}");
    }
}

/// TILL-13.
#[test]
fn a_form_without_the_sessions_token_or_from_elsewhere_changes_nothing_and_says_so() {
    let node = Node::start();
    node.till("counter", &["grant"]);
    let session = sign_in(&node);
    let csrf = csrf(&signed_page(&node, "/admin/tills", "en", &session));
    for (path, form) in [("/admin/tills/add", "name=new&may_grant=yes"), ("/admin/tills/revoke", "name=counter")] {
        for token in ["", "&csrf=", "&csrf=x"] {
            let refused = post_signed(&node, path, &session, &format!("{form}{token}"));
            assert_eq!(refused.status, 403, "{path} {token}");
            assert!(words(&page_of(&refused)).contains("Nothing was done"), "{path} {token}");
        }
        let foreign = [header("accept", "text/html"), header("sec-fetch-site", "same-site"), session.clone()];
        let refused = node.call("POST", path, &foreign, Some(format!("{form}&csrf={csrf}").as_bytes()));
        assert_eq!(refused.status, 403, "{path}");
    }
    let tills = node.shop.tills().unwrap();
    assert_eq!((tills.len(), tills[0].revoked), (1, None));
}

#[test]
fn the_overview_counts_a_day_a_week_and_a_month_and_a_table_holds_the_same() {
    let node = Node::start();
    furnish(&node);
    let session = sign_in(&node);
    let today = says(&node, "/admin", &session);
    for part in [
        "Baskets | 1 | €42.10 in all",
        "Points given | 84",
        "Points claimed | 84 | 100% of what was given",
        "Payments with points | 1",
        "Points taken | 7",
        "Net flow | \u{2212}77",
        "77 points more went out than came in: this shop owes them.",
        "84 of 1,000 points; 916 left.",
        "a payment | 5 min | 070707070707…",
        "Food bank",
        "Gathered and not pledged yet | €0.42",
        "Time zone: Europe/Paris",
        "1 January 2026",
    ] {
        assert!(today.contains(part), "{part}: {today}");
    }
    let french = words(&signed_page(&node, "/admin", "fr", &session));
    assert!(french.contains("Flux net | \u{2212}77") && french.contains("42,10 € en tout"), "{french}");
    // What was done yesterday is of this week, and not of today.
    node.hand.advance(DAY * 1000);
    assert!(says(&node, "/admin", &session).contains("Baskets | 0 | Points given | 0 | Points claimed | 0 |"));
    assert!(says(&node, "/admin", &session).contains("Nothing happened yet"));
    let week = says(&node, "/admin?span=week", &session);
    assert!(week.contains("29 December 2025 to 4 January 2026") && week.contains("By the day"), "{week}");
    assert!(week.contains("1 January 2026 | 1 | 84 | 84 | 1 | 7"), "{week}");
    assert!(says(&node, "/admin?span=month", &session).contains("January 2026"));
    let before = says(&node, "/admin?span=day&day=2026-01-01", &session);
    assert!(before.contains("Net flow | \u{2212}77") && before.contains("Later →"), "{before}");
    // What makes no sense is today, and nobody looks ahead.
    for odd in ["/admin?span=year", "/admin?day=2026-02-31", "/admin?day=-009999-01-01", "/admin?day=9999-12-31"] {
        assert_eq!(get_signed(&node, odd, "en", &session).status, 200, "{odd}");
    }
    assert!(says(&node, "/admin?day=9999-12-31", &session).contains("2 January 2026"));
    let text = |path: &str, language: &str| {
        let reply = get_signed(&node, path, language, &session);
        assert_eq!(reply.headers["content-type"], "text/csv; charset=utf-8; header=present");
        (reply.headers["content-disposition"].clone(), String::from_utf8(reply.bytes).unwrap())
    };
    let (name, table) = text("/admin/statement.csv?span=week", "en");
    assert_eq!(name, "attachment; filename=\"ronde-week-2025-12-29.csv\"");
    assert!(table.starts_with("\u{feff}Time,Baskets,Euros,Points given,"), "{table}");
    assert!(table.ends_with("\r\n2026-01-01,1,42.10,84,0,1,84,1,7,-77,0,0,0,0.00,0,0\r\n"), "{table}");
    let (_, table) = text("/admin/statement.csv?span=day&day=2026-01-01", "fr");
    assert!(table.contains(";42,10;84;0;1;84;1;7;-77;0;0;0;0,00;0;0\r\n"), "{table}");
}

/// Everything that can be wrong with a node.
fn ill() -> DeskStatus {
    let witness = |at: u8, up| WitnessStatus {
        keyset: KEYSET,
        index: WitnessIndex(at),
        store: StoreId(u32::from(at) + 1),
        name: format!("Store {}", at + 1),
        up,
        rtt_us: None,
    };
    let log = |retired_because, starting| LogStatus {
        keyset: KEYSET,
        size: 3,
        root: String::new(),
        starting,
        waits_to_close: false,
        retired: retired_because == Some(RetiredBecause::Other),
        retired_because,
    };
    let peer = |trouble, size| PeerLogStatus {
        keyset: KEYSET,
        index: WitnessIndex(1),
        store: StoreId(2),
        name: "Store 2".to_owned(),
        read: 0,
        size,
        read_ago: None,
        trouble,
        trouble_text: None,
    };
    let waits = LogStatus { waits_to_close: true, ..log(None, false) };
    DeskStatus {
        witnesses: vec![witness(0, true), witness(1, false), witness(2, false), witness(3, true)],
        log: vec![
            log(Some(RetiredBecause::LogRolledBack), false),
            log(Some(RetiredBecause::VoteForgotten), false),
            log(Some(RetiredBecause::RestoredCopy), false),
            log(Some(RetiredBecause::TwoCertificates), false),
            log(Some(RetiredBecause::Other), false),
            log(None, true),
            waits,
        ],
        peer_logs: vec![
            peer(Some(PeerLogTrouble::Shorter), 0),
            peer(Some(PeerLogTrouble::Refused), 0),
            peer(Some(PeerLogTrouble::NotKept), 0),
            peer(None, 65),
        ],
        evidence: 2,
        seats_not_taken: vec![SeatNotTaken { keyset: KEYSET, why: "the seed is another".to_owned() }],
        disk: Some(DiskStatus { free_mib: 10, floor_mib: 64, short: true }),
        clock: Some(ClockStatus { ahead_ms: -90_000, stores: 3 }),
        ..DeskStatus::default()
    }
}

/// TILL-6.
#[test]
fn each_trouble_is_named_with_what_mends_it_the_worst_first() {
    let node = Node::start();
    let session = sign_in(&node);
    copied(&node, NOW);
    let well = DeskStatus { witnesses: vec![], ..DeskStatus::default() };
    *node.desk.shown.lock().unwrap() = Some(well.clone());
    let shown = says(&node, "/admin", &session);
    assert!(shown.contains("All is well. | Customers earn points and pay with them"), "{shown}");
    *node.desk.shown.lock().unwrap() = Some(ill());
    let (digest, age) = (OrderDigest([1; 32]), Duration::from_secs(121));
    let order = OpenOrder { digest, purpose: Purpose::Earn, age };
    *node.desk.in_hand.lock().unwrap() = InHand { orders: vec![order], issued_today: Some(Points(1000)) };
    node.shop.keep_rules(RulesTrouble { place: "line 7".to_owned(), whole: "line 7 can’t be read".to_owned() });
    let shown = says(&node, "/admin", &session);
    let bad = [
        "Something is wrong.",
        "Store 2, Store 3 do not answer, and payments wait.",
        "their nodes must run",
        "issued all of the 1,000 points",
        "one point was spent twice",
        "call the stewards",
        "The disk is nearly full: 10 MiB free of 64",
        "Make room",
    ];
    let fair = [
        "its log lacks what it once signed",
        "it forgot a vote",
        "it runs on a restored copy",
        "no longer knows all that it signed",
        "does not vote in keyset 1 yet",
        "is over by this node’s clock",
        "can’t take it",
        "the seed is another",
        "The log of Store 2 is shorter",
        "breaks the rules of logs. | Tell whoever runs",
        "could not be kept here. | See whether this machine’s disk is full",
        "65 entries of the log of Store 2 are not read yet.",
        "90 seconds slow. | On the node’s machine: timedatectl set-ntp true",
        "An order has been waiting",
        "2 proofs that somebody",
        "Baskets still earn by older rules",
        "line 7 can’t be read",
    ];
    for part in bad.iter().chain(&fair) {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let at = |part: &str| shown.find(part).unwrap();
    for part in &fair {
        assert!(at("The disk is nearly full") < at(part), "{part}");
    }
    let french = words(&signed_page(&node, "/admin", "fr", &session));
    assert!(french.contains("Quelque chose ne va pas.") && !french.contains('\u{27e6}'), "{french}");
    let witnesses = [true, false, true, true].map(|up| WitnessStatus { up, ..ill().witnesses[0].clone() });
    *node.desk.shown.lock().unwrap() = Some(DeskStatus { witnesses: witnesses.to_vec(), ..well });
    *node.desk.in_hand.lock().unwrap() = InHand { issued_today: Some(Points(800)), ..InHand::default() };
    let shown = says(&node, "/admin", &session);
    for part in ["Have a look.", "there are 3 things", "None more may fail", "issued 800 of the 1,000 points"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}

/// STORE-39.
#[test]
fn checkouts_that_can_not_be_read_are_said() {
    let mut engine = MemoryEngine::new();
    let mut transaction = engine.begin().unwrap();
    transaction.put(Table::Meta, b"refunds-unread", &encode(&2_u64)).unwrap();
    transaction.commit().unwrap();
    let node = Node::start_from(engine.observer().snapshot());
    copied(&node, NOW);
    let shown = says(&node, "/admin", &sign_in(&node));
    assert!(shown.contains("2 checkouts can’t be read"), "{shown}");
}

/// As `ronde backup` notes it beside the database.
fn copied(node: &Node, time: u64) {
    std::fs::write(node.folder.path().join("last-backup"), format!("{time}\n")).unwrap();
}

/// A node with a certificate that ends on this day of January 2026, in the files of a folder.
fn showing(day: u8) -> (Node, Certificates, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let tls = Tls { certificate: folder.path().join("cert.pem"), private_key: folder.path().join("key.pem") };
    let key = rcgen::KeyPair::generate().unwrap();
    let mut made = rcgen::CertificateParams::new(vec!["store-1.example".to_owned()]).unwrap();
    made.not_after = rcgen::date_time_ymd(2026, 1, day);
    std::fs::write(&tls.certificate, made.self_signed(&key).unwrap().pem()).unwrap();
    std::fs::write(&tls.private_key, key.serialize_pem()).unwrap();
    std::fs::set_permissions(&tls.private_key, std::fs::Permissions::from_mode(0o600)).unwrap();
    let certificates = Certificates::load(tls).unwrap();
    (Node::start_showing(certificates.clone()), certificates, folder)
}

#[test]
fn what_the_shops_own_files_rules_and_addresses_lack_is_named() {
    let (node, certificates, folder) = showing(10);
    let session = sign_in(&node);
    let has = |part: &str| {
        let shown = says(&node, "/admin", &session);
        assert!(shown.contains(part), "{part}: {shown}");
        assert!(!words(&signed_page(&node, "/admin", "fr", &session)).contains('\u{27e6}'));
    };
    has("The node’s database was never copied.");
    copied(&node, NOW - 8 * DAY);
    has("The last copy of the node’s database is 8 days old. | On the node’s machine: ronde backup FILE");
    has("The certificate for HTTPS ends at 2026-01-10T00:00:00Z. | Renew it.");
    std::fs::write(folder.path().join("cert.pem"), "none").unwrap();
    (0..2).for_each(|_| certificates.look());
    has("can’t be used. The old one goes on.");
    let (over, ..) = showing(1);
    over.hand.advance(DAY * 1000);
    let shown = says(&over, "/admin", &sign_in(&over));
    assert!(shown.contains("Something is wrong.") && shown.contains("browsers refuse this shop’s pages"), "{shown}");

    let rules = "store = 1\n[earn]\npoints = 1\ncents = 100\nzone = \"Europe/Paris\"\n[pledge]\nassociation = 9\nper_mille = 10\n";
    node.shop.set_rules(Config::parse(Path::new("ronde.toml"), rules, []).unwrap().rules);
    has("A rule in line 7 of the configuration does not do what it says.");
    has("the charter has no association 9");
    let url = "https://shop.example/hook";
    let added = node.post("/v1/webhooks", &node.admin, &json!({ "url": url, "events": ["grant.claimed"] }));
    let id = added.text("id").parse().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(node.shop.webhook_posted(id, (0, 99), Posted::Unwanted)).unwrap();
    has("Nothing more is told to https://shop.example/hook");
    has("its receiver answered 410");
}

/// EARN-11: what is not pledged is said.
#[test]
fn why_nothing_is_pledged_is_said_with_the_reason() {
    let node = Node::start();
    copied(&node, NOW);
    let rules = "store = 1\n[earn]\npoints = 1\ncents = 100\nzone = \"Europe/Paris\"\n[pledge]\nassociation = 9\nper_mille = 1000\n";
    node.shop.set_rules(Config::parse(Path::new("ronde.toml"), rules, []).unwrap().rules);
    let session = sign_in(&node);
    assert!(!says(&node, "/admin", &session).contains("What has gathered for the association is not pledged"));
    let till = node.till("bar", &["grant"]);
    assert_eq!(node.post("/v1/grants", &till, &json!({ "eligible_cents": 4000, "reference": "r" })).status, 201);
    node.hand.set((NOW + DAY + 5 * 3600) * 1000);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(pledge_now(&node.shop, &*node.desk)).unwrap();
    let shown = says(&node, "/admin", &session);
    assert!(shown.contains("What has gathered for the association is not pledged yet."), "{shown}");
    assert!(shown.contains("association 9 takes no gifts by the charter"), "{shown}");
}

/// BASKET-13: the manager finds what waits.
#[test]
fn a_basket_that_its_till_forgot_is_named_and_found_with_its_payment_and_its_grant() {
    let node = Node::start();
    furnish(&node);
    let till = node.till("bar", &["grant", "redeem", "refund"]);
    let ring = |cents: u64| {
        let body =
            json!({ "total_cents": cents, "eligible_cents": cents, "max_points": 50, "step": 1, "reference": "r" });
        let made = node.post("/v1/baskets", &till, &body);
        assert_eq!(made.status, 201, "{made:?}");
        (made.text("id"), made.text("code"), made.text("url").split_once('#').unwrap().1.to_owned())
    };
    let (id, code, secret) = ring(2000);
    let (_, open, _) = ring(900);
    let declined = node.post_open(&format!("/v1/baskets/{id}/decline"), &json!({ "secret": secret }));
    assert_eq!(declined.status, 200, "{declined:?}");
    let session = sign_in(&node);
    let alerts = || says(&node, "/admin", &session);
    let waits = "have not said for more than ten minutes that the sale is complete: ";
    assert!(!alerts().contains(waits), "it is not long ago");
    node.hand.advance(601_000);
    assert!(alerts().contains(&format!("{waits}{code} |")), "{}", alerts());
    let found = |code: &str| says(&node, &format!("/admin/find?code={code}"), &session);
    for part in [
        "Basket | ",
        "Settled: it waits for the till",
        "Costs | €20.00",
        "In money | €20.00",
        "Till | bar",
        "Payment | ",
    ] {
        assert!(found(&code).contains(part), "{part}: {}", found(&code));
    }
    assert!(found(&open).contains("the till can still complete it"), "{}", found(&open));
    // It is too late after 30 days, and asks for nothing any more.
    node.hand.advance(30 * DAY * 1000);
    assert!(!alerts().contains(waits));
    let (id, code, secret) = ring(2000);
    assert_eq!(node.post_open(&format!("/v1/baskets/{id}/decline"), &json!({ "secret": secret })).status, 200);
    assert_eq!(node.post(&format!("/v1/baskets/{id}/complete"), &till, &json!({})).status, 200);
    node.hand.advance(601_000);
    assert!(!alerts().contains(waits), "its till has said so");
    let shown = found(&code);
    assert!(shown.contains("Complete: the customer can claim") && shown.contains("Points given | "), "{shown}");
}

/// RETURN-7, STORE-43, EARN-14.
#[test]
fn what_came_back_and_what_made_good_is_counted_and_found() {
    let node = Node::start();
    furnish(&node);
    let till = node.till("bar", &["grant", "redeem", "refund", "manager"]);
    let good = json!({ "points": 9, "reference": "r", "reason": "a broken cup", "goodwill": true });
    let good = node.post("/v1/grants", &till, &good);
    assert_eq!(good.status, 201, "{good:?}");
    let id = checkout(&node, &till, 10);
    assert_eq!(node.post_open("/v1/orders", &pay(&offer(&node, &id), 8, 3).body()).status, 200);
    let back = node.post("/v1/refunds", &till, &json!({ "checkout": id, "points": 8, "reference": "r" }));
    assert_eq!(back.status, 201, "{back:?}");
    let secret = back.text("claim_url").split_once('#').unwrap().1.to_owned();
    let claimed = node.post_open(&format!("/v1/grants/{}/claim", back.text("id")), &claim(&secret, &[points(8)], 4));
    assert_eq!(claimed.status, 200, "{claimed:?}");
    let sold = node.post("/v1/grants", &till, &json!({ "eligible_cents": 3000, "reference": "r" }));
    let goods = json!({ "grant": sold.text("id"), "eligible_cents": 1000, "reference": "r" });
    let goods = node.post("/v1/returns", &till, &goods);
    assert_eq!(goods.status, 201, "{goods:?}");
    let session = sign_in(&node);
    let shown = says(&node, "/admin", &session);
    for part in ["and 9", "Goods that came back | 1 | €10.00 in all", "Points that went back | 8"] {
        assert!(shown.contains(&part.replace("and 9", "9 of them to make something good")), "{part}: {shown}");
    }
    let table = get_signed(&node, "/admin/statement.csv?span=week", "en", &session);
    let table = String::from_utf8(table.bytes).unwrap();
    assert!(table.contains("Points of goodwill,Returns,Euros of goods that came back,"), "{table}");
    assert!(table.ends_with(",9,1,10.00,0,8\r\n"), "{table}");
    let code = |id: &str| id.parse::<ronde_node::shop::RecordId>().unwrap().code().to_string();
    let found = |id: &str| says(&node, &format!("/admin/find?code={}", code(id)), &session);
    assert!(found(&back.text("id")).contains(&format!("Gives back what was paid with | {}", code(&id))));
    assert!(found(&good.text("id")).contains("Makes something good | yes"));
    let instead = goods.json["instead"]["id"].as_str().unwrap();
    assert!(found(&sold.text("id")).contains(&format!("In its place stands | {}", code(instead))));
}

/// TILL-6: which caps are near, by name.
#[test]
fn a_till_that_gave_four_fifths_of_its_cap_is_named() {
    let node = Node::start();
    let body = json!({ "name": "bar", "scopes": ["grant"], "cap_day": 100 });
    let token = node.post("/v1/tills", &node.admin, &body).text("token");
    assert_eq!(node.post("/v1/grants", &token, &json!({ "points": 80, "reference": "r" })).status, 201);
    let shown = says(&node, "/admin", &sign_in(&node));
    assert!(shown.contains("The till bar has given 80 of the 100 points that it may today."), "{shown}");
}

/// TILL-21.
#[test]
fn a_till_is_added_with_a_link_that_is_shown_once_and_stopped_by_a_form() {
    let node = Node::start();
    let session = sign_in(&node);
    let csrf = csrf(&signed_page(&node, "/admin/tills", "en", &session));
    let add = |form: &str| post_signed(&node, "/admin/tills/add", &session, &format!("csrf={csrf}&{form}"));
    // Whatever a form says, nothing but what tills may.
    let form =
        "name=Bar+%26+caf%C3%A9&may_grant=yes&may_manager=yes&manager=yes&may_admin=yes&scopes=manager&cap_day=50";
    let added = add(form);
    assert_eq!((added.status, &*added.headers["cache-control"]), (200, "no-store"));
    let page = page_of(&added);
    let field = page.elements.iter().find(|element| element.get("id") == Some("link")).unwrap();
    let token = field.get("value").unwrap().strip_prefix("https://store-1.example/till#").unwrap().to_owned();
    let code = page.elements.iter().find(|element| element.is("img") && element.get("class") == Some("code")).unwrap();
    assert!(code.get("src").unwrap().starts_with("data:image/svg+xml;base64,"));
    assert_eq!(node.post("/v1/grants", &token, &json!({ "points": 5, "reference": "r" })).status, 201);
    let pledge = node.post("/v1/pledges", &token, &json!({ "association": 1, "points": 5 }));
    assert_eq!((pledge.problem(), pledge.text("scope")), ("token-scope", "manager".to_owned()));
    let over = node.post("/v1/grants", &token, &json!({ "points": 46, "reference": "r" }));
    assert_eq!((over.problem(), over.text("cap")), ("limit-exceeded", "till".to_owned()));
    let list = get_signed(&node, "/admin/tills", "en", &session);
    let list = String::from_utf8(list.bytes).unwrap();
    assert!(!list.contains(&token), "shown once");
    let shown = words(&parse(&list));
    for part in ["Bar & café", "May | give points |", "Points given today (UTC) | 5", "At most | 50 points a day"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    for (form, said) in [
        ("name=Bar+%26+caf%C3%A9&may_grant=yes", "There is a till of this name."),
        ("name=new", "Choose at least one thing"),
        ("name=&may_grant=yes", "1 to 64 signs"),
        ("name=new&may_grant=yes&cap_day=many", "A cap is a whole number"),
        ("name=new&may_grant=yes&cap_day=-1", "A cap is a whole number"),
    ] {
        let shown = words(&page_of(&add(form)));
        assert!(shown.contains(said), "{form}: {shown}");
    }
    assert_eq!(node.shop.tills().unwrap().len(), 1);
    let revoke =
        post_signed(&node, "/admin/tills/revoke?lang=en", &session, &format!("csrf={csrf}&name=Bar+%26+caf%C3%A9"));
    assert_eq!((revoke.status, &*revoke.headers["location"]), (303, "../../admin/tills?lang=en"));
    assert_eq!(node.post("/v1/grants", &token, &json!({ "points": 5, "reference": "r" })).problem(), "token-missing");
    assert!(says(&node, "/admin/tills", &session).contains("1 till was stopped"));
    let nobody = post_signed(&node, "/admin/tills/revoke", &session, &format!("csrf={csrf}&name=nobody"));
    assert_eq!(nobody.status, 404);
}

/// EARN-2, EARN-3.
#[test]
fn rules_are_said_in_words_and_a_basket_can_be_tried_at_any_time() {
    let node = Node::start();
    let session = sign_in(&node);
    assert!(says(&node, "/admin/earning", &session).contains("This shop has no rules"));
    furnish(&node);
    let shown = says(&node, "/admin/earning", &session);
    for part in [
        "1 point for each €1.00, rounded down once",
        "500 points for a basket",
        "“New year”: 200% of the points, from 1 January 2026 on, until the end of 1 January 2026 |",
        "“Late shift”: 150% of the points, on Fridays, Saturdays, from 22:00 to 02:00 of the next day |",
        "Of several that hold at a time, the best counts alone.",
        "with baskets of €20.00 or more, always",
        "€0.10 of each €10.00 of a basket to Food bank",
        "in February 2026 to Rowing club",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let tried = |query: &str| says(&node, &format!("/admin/earning?{query}"), &session);
    let first = tried("euros=42.10&day=2026-01-01&time=10:00");
    assert!(
        first
            .contains("A basket of €42.10 on Thursday 1 January 2026 at 10:00 earns 84 points + 1 voucher + a ballot."),
        "{first}"
    );
    assert!(first.contains("Bonus “New year” counts: 200% of it."), "{first}");
    assert!(first.contains("The shop gives €0.42 to Food bank."), "{first}");
    let later = tried("euros=19,99&day=2026-02-07&time=01:30");
    assert!(later.contains("Saturday 7 February 2026 at 01:30 earns 29 points"), "{later}");
    assert!(later.contains("not with a basket of less than €20.00"), "{later}");
    assert!(tried("euros=0.49").contains("earns nothing."));
    for (query, said) in [
        ("euros=4x", "Write the basket as euros"),
        ("euros=999999999999", "Write the basket as euros"),
        ("euros=1&day=2026-02-30", "Write the day"),
        ("euros=1&time=25:00", "Write the time"),
    ] {
        assert!(tried(query).contains(said), "{query}");
    }
    assert_eq!(node.shop.totals(None, &(0..u64::MAX / 2)).unwrap().baskets, 1, "nothing is given by trying");
}

#[test]
fn a_code_that_a_customer_reads_out_finds_their_grant_or_payment_and_no_other() {
    let node = Node::start();
    let id = furnish(&node);
    let session = sign_in(&node);
    let code = id.parse::<ronde_node::shop::RecordId>().unwrap().code().to_string();
    for written in [code.clone(), code.to_lowercase(), code.replace('-', "")] {
        let shown = says(&node, &format!("/admin/find?code={written}"), &session);
        for part in [
            "Claimed: 84 points are the customer’s.",
            "Made | 1 January 2026, 01:",
            "Till | counter",
            "Basket | €42.10",
            "Bonus | New year",
        ] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
    }
    let till = node.till("bar", &["redeem"]);
    let checkout = checkout(&node, &till, 25);
    let code = checkout.parse::<ronde_node::shop::RecordId>().unwrap().code().to_string();
    let shown = says(&node, &format!("/admin/find?code={code}"), &session);
    assert!(shown.contains("Waits: no wallet has looked at it.") && shown.contains("Till | bar"), "{shown}");
    let said = |code: &str| says(&node, &format!("/admin/find?code={code}"), &session);
    assert!(said("123").contains("A code is eight letters and digits"));
    assert!(said("0000-0000").contains("Nothing in this shop has this code."));
    assert!(said("%3Cscript%3E").contains("A code is eight letters and digits"));
}

#[test]
fn a_shop_that_is_no_witness_counts_by_itself() {
    let mut desk = TestDesk::new();
    desk.is_witness = false;
    let node = Node::start_as(desk, ServeLimits::default(), Snapshot::default(), Catalogues::embedded());
    furnish(&node);
    *node.desk.in_hand.lock().unwrap() = InHand::default();
    let session = sign_in(&node);
    for language in LANGUAGES {
        let shown = words(&signed_page(&node, "/admin", language, &session));
        assert!(shown.contains("84") && !shown.contains('\u{27e6}'), "{shown}");
    }
    assert!(says(&node, "/admin", &session).contains("84 of 1,000 points; 916 left."));
}
