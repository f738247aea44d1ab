//! What all pages have around their own: language, links, the shop's name.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::say::{Language, Say};
use super::{Pages, assets};
use crate::http::prefers_french;

/// The reader, and where the page stands.
pub(super) struct Shell {
    pub(super) say: Say,
    /// From the page to the root of the site: the site may lie under a path that a proxy cuts off.
    pub(super) root: String,
    /// The shop's name in the charter.
    pub(super) shop: String,
    /// The page's path from the root of the site.
    here: String,
    /// Whether it is shown in the place of another, at which the browser is.
    moved: bool,
    /// What else the page was asked for, besides its language.
    query: String,
    /// Whether links tell that back: to the manager alone, whose words they are. Whoever put a customer's name behind the
    /// address of another page does not read it there.
    repeats: bool,
    /// Whether the language was chosen, not guessed: links then keep it.
    chosen: bool,
}

impl FromRequestParts<Pages> for Shell {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, pages: &Pages) -> Result<Self, Infallible> {
        Ok(Self::of(parts, pages))
    }
}

impl Shell {
    pub(super) fn of(parts: &Parts, pages: &Pages) -> Self {
        let items = || parts.uri.query().unwrap_or_default().split('&');
        let others: Vec<&str> = items().filter(|item| !item.is_empty() && !item.starts_with("lang=")).collect();
        let chosen = items().filter_map(|item| item.strip_prefix("lang=")).find_map(Language::named);
        let guessed = if prefers_french(&parts.headers) { Language::French } else { Language::English };
        let path = parts.uri.path();
        let depth = path.matches('/').count().saturating_sub(1);
        let store = pages.site.desk().store();
        Self {
            say: pages.catalogues.say(chosen.unwrap_or(guessed)),
            root: if depth == 0 { "./".to_owned() } else { "../".repeat(depth) },
            shop: pages.site.charter().store(store).map(|store| store.name.to_string()).unwrap_or_default(),
            here: path.trim_start_matches('/').to_owned(),
            moved: false,
            query: others.join("&"),
            repeats: false,
            chosen: chosen.is_some(),
        }
    }

    pub(super) fn lang(&self) -> &'static str {
        self.say.language().code()
    }

    /// A page of the site, in the language that was chosen.
    pub(super) fn link(&self, path: &str) -> String {
        self.link_with(path, &[])
    }

    /// The same, asked for with something; names and values have no sign that means something in an address.
    pub(super) fn link_with(&self, path: &str, query: &[(&str, &str)]) -> String {
        let language = self.chosen.then(|| ("lang", self.lang()));
        let all = query.iter().copied().chain(language);
        let items: Vec<String> = all.map(|(name, value)| format!("{name}={value}")).collect();
        let sign = if items.is_empty() { "" } else { "?" };
        format!("{}{path}{sign}{}", self.root, items.join("&"))
    }

    /// Whether it is this page of the site.
    pub(super) fn is_at(&self, path: &str) -> bool {
        self.here == path
    }

    /// Whether the page was asked for with this.
    pub(super) fn asks(&self, (name, value): (&str, &str)) -> bool {
        self.query.split('&').any(|item| item.split_once('=') == Some((name, value)))
    }

    /// The same page, shown in the place of another.
    pub(super) fn standing_at(self, path: &str) -> Self {
        Self { here: path.to_owned(), moved: true, query: String::new(), ..self }
    }

    /// The same page, which tells the reader back what it was asked for.
    pub(super) fn repeating(self) -> Self {
        Self { repeats: true, ..self }
    }

    pub(super) fn asset(&self, name: &str) -> String {
        format!("{}{}", self.root, assets::path(name))
    }

    /// The language, if it was chosen: forms that are sent by GET carry it.
    pub(super) fn chosen_language(&self) -> Option<&'static str> {
        self.chosen.then(|| self.lang())
    }

    /// The code of the other language.
    pub(super) fn other(&self) -> &'static str {
        self.say.language().other().code()
    }

    /// The same page in it.
    pub(super) fn other_link(&self) -> String {
        let asked = if self.repeats { self.query.as_str() } else { "" };
        let and = if asked.is_empty() { "" } else { "&" };
        // An address without a path is that of the page itself, whatever it is.
        let page = if self.moved { format!("{}{}", self.root, self.here) } else { String::new() };
        format!("{page}?{asked}{and}lang={}", self.other())
    }
}
