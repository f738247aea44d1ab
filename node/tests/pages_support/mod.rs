//! Pages as a browser reads them.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::collections::BTreeMap;

use html5ever::tendril::TendrilSink as _;
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

use crate::http_support::{Node, Reply};

/// Every page that there is, and one of each kind of refusal.
pub const PAGES: [&str; 4] = ["/", "/till", "/federation", "/nothing"];
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
