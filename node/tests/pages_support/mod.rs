//! Pages as a browser reads them.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use html5ever::tendril::TendrilSink as _;
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

use ronde_node::config::Config;
use ronde_node::password;
use ronde_node::shop::{InHand, OpenOrder};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::class::Kind;
use ronde_protocol::message::ids::{CampaignId, OfferId, OrderDigest};
use ronde_protocol::message::order::Purpose;
use serde_json::json;

use crate::http_support::orders::{checkout, claim, offer, pay, points};
use crate::http_support::{Node, Reply};

/// Every page that there is, and one of each kind of refusal.
pub const PAGES: [&str; 4] = ["/", "/till", "/federation", "/nothing"];
/// Pages of the manager that are no refusal.
pub const MANAGERS: [&str; 6] = [
    "/admin",
    "/admin?span=month",
    "/admin/tills",
    "/admin/earning",
    "/admin/earning?euros=42.10&day=2026-01-01&time=10:00",
    "/admin/find?code=0000-0000",
];
/// The manager's password.
pub const PASSWORD: &str = "correct horse battery";
/// What the shop decides by itself.
const RULES: &str = "store = 1\n[earn]\npoints = 1\ncents = 100\nzone = \"Europe/Paris\"\nballot = 1\nmax_points = 500\n\
                     [[earn.bonus]]\nname = \"New year\"\npercent = 200\nfirst = 2026-01-01\nlast = 2026-01-01\n\
                     [[earn.bonus]]\nname = \"Late shift\"\npercent = 150\nweekdays = [\"fri\", \"sat\"]\nfrom = \"22:00\"\n\
                     to = \"02:00\"\n[[earn.voucher]]\nname = \"Thanks\"\noffer = 1\nmin_cents = 2000\n\
                     [pledge]\nassociation = 1\nper_mille = 10\n[[pledge.month]]\nmonth = \"2026-02\"\nassociation = 2\n";
const VOUCHER: Kind = Kind::Voucher { offer: OfferId(1) };
/// Both languages.
pub const LANGUAGES: [&str; 2] = ["en", "fr"];

/// An element, with what stands in it.
pub struct Element {
    pub name: String,
    pub attributes: BTreeMap<String, String>,
    pub text: String,
    /// Names of the elements around it, the nearest last.
    pub inside: Vec<String>,
}

impl Element {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    pub fn is(&self, name: &str) -> bool {
        self.name == name
    }
}

/// A page that was parsed.
pub struct Page {
    pub elements: Vec<Element>,
    /// Text that is seen, with the element that it stands in.
    pub texts: Vec<(String, String)>,
    pub errors: Vec<String>,
}

pub fn get_html(node: &Node, path: &str, language: &str) -> Reply {
    let headers = [("accept", "text/html"), ("accept-language", language)];
    node.call("GET", path, &headers.map(|(name, value)| (name.to_owned(), value.to_owned())), None)
}

/// A header of a request.
pub type Header = (String, String);

pub fn header(name: &str, value: &str) -> Header {
    (name.to_owned(), value.to_owned())
}

/// The manager signs in; their cookie.
pub fn sign_in(node: &Node) -> Header {
    password::set(&node.folder.path().join("manager.hash"), PASSWORD).unwrap();
    let form = format!("password={}", PASSWORD.replace(' ', "+"));
    let reply = node.call("POST", "/admin/login", &[header("sec-fetch-site", "same-origin")], Some(form.as_bytes()));
    assert_eq!(reply.status, 303, "{reply:?}");
    header("cookie", reply.headers["set-cookie"].split(';').next().unwrap())
}

/// As a browser asks for a page in the manager's session.
pub fn get_signed(node: &Node, path: &str, language: &str, session: &Header) -> Reply {
    let headers = [header("accept", "text/html"), header("accept-language", language), session.clone()];
    node.call("GET", path, &headers, None)
}

/// As a browser sends a form of a page.
pub fn post_signed(node: &Node, path: &str, session: &Header, form: &str) -> Reply {
    let headers = [
        header("accept", "text/html"),
        header("accept-language", "en"),
        header("sec-fetch-site", "same-origin"),
        session.clone(),
    ];
    node.call("POST", path, &headers, Some(form.as_bytes()))
}

/// Rules, a till, a basket whose points are claimed, a payment and an order in hand: what a manager has something to see
/// of. The grant's id.
pub fn furnish(node: &Node) -> String {
    node.shop.set_rules(Config::parse(Path::new("ronde.toml"), RULES, []).unwrap().rules);
    let till = node.till("counter", &["grant", "redeem", "refund", "manager"]);
    let made = node.post("/v1/grants", &till, &json!({ "eligible_cents": 4210, "reference": "receipt" }));
    assert_eq!(made.status, 201, "{made:?}");
    let secret = made.text("claim_url").split_once('#').unwrap().1.to_owned();
    let kinds = [points(64), points(16), points(4), Kind::Ballot { campaign: CampaignId(1) }, VOUCHER];
    let claimed = node.post_open(&format!("/v1/grants/{}/claim", made.text("id")), &claim(&secret, &kinds, 1));
    assert_eq!(claimed.status, 200, "{claimed:?}");
    let checkout = checkout(node, &till, 10);
    let paid = node.post_open("/v1/orders", &pay(&offer(node, &checkout), 7, 2).body());
    assert_eq!(paid.status, 200, "{paid:?}");
    let (digest, age) = (OrderDigest([7; 32]), Duration::from_secs(300));
    let waiting = OpenOrder { digest, purpose: Purpose::Redeem, age };
    *node.desk.in_hand.lock().unwrap() = InHand { orders: vec![waiting], issued_today: Some(Points(84)) };
    made.text("id")
}

/// A page of the manager.
pub fn signed_page(node: &Node, path: &str, language: &str, session: &Header) -> Page {
    let reply = get_signed(node, path, language, session);
    assert_eq!(reply.status, 200, "{path}: {reply:?}");
    parse(std::str::from_utf8(&reply.bytes).unwrap())
}

/// All that is read on a page, in one row.
pub fn words(page: &Page) -> String {
    let all = page.texts.iter().map(|(_, text)| text.split_whitespace().collect::<Vec<_>>().join(" "));
    all.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" | ")
}

pub fn page(node: &Node, path: &str, language: &str) -> Page {
    let reply = get_html(node, path, language);
    assert_eq!(reply.headers["content-type"], "text/html; charset=utf-8", "{path}");
    parse(std::str::from_utf8(&reply.bytes).unwrap())
}

pub fn parse(html: &str) -> Page {
    // As a reader without scripts: what stands in `noscript` is part of the page.
    let tree_builder = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
    let options = ParseOpts { tree_builder, ..ParseOpts::default() };
    let dom = parse_document(RcDom::default(), options).one(html);
    let mut page = Page { elements: Vec::new(), texts: Vec::new(), errors: Vec::new() };
    page.errors = dom.errors.borrow().iter().map(ToString::to_string).collect();
    walk(&dom.document, &mut Vec::new(), &mut page);
    page
}

fn walk(node: &Handle, inside: &mut Vec<String>, page: &mut Page) {
    match &node.data {
        NodeData::Text { contents } => {
            let parent = inside.last().cloned().unwrap_or_default();
            page.texts.push((parent, contents.borrow().to_string()));
        }
        NodeData::Element { name, attrs, .. } => {
            let attributes = attrs.borrow();
            page.elements.push(Element {
                name: name.local.to_string(),
                attributes: attributes.iter().map(|a| (a.name.local.to_string(), a.value.to_string())).collect(),
                text: text_of(node),
                inside: inside.clone(),
            });
            inside.push(name.local.to_string());
            node.children.borrow().iter().for_each(|child| walk(child, inside, page));
            inside.pop();
            return;
        }
        _ => {}
    }
    node.children.borrow().iter().for_each(|child| walk(child, inside, page));
}

fn text_of(node: &Handle) -> String {
    if let NodeData::Text { contents } = &node.data {
        return contents.borrow().to_string();
    }
    node.children.borrow().iter().map(text_of).collect()
}
