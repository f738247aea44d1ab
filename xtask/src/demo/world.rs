//! The federation while the demo runs: four shops, their nodes, two customers.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;

use super::failure::{Failure, check, number, text, wait_for};
use super::founding::{at_once, url};
use super::http;
use super::ledger::Ledger;
use super::node::Node;
use super::ports::Place;
use super::ronde::{Answer, Ronde};
use super::shops::{SHOPS, Shop};
use super::stop::Stop;

/// What takes longer than this will not come.
pub const PATIENCE: Duration = Duration::from_secs(15);

/// A customer: a wallet in a folder of the demo.
#[derive(Clone, Copy, Debug)]
pub struct Customer {
    /// The wallet's folder.
    pub wallet: &'static str,
}

pub const ALICE: Customer = Customer { wallet: "alice" };
pub const BOB: Customer = Customer { wallet: "bob" };

/// All that a step works with.
pub struct World<'a> {
    pub ronde: Ronde,
    pub stop: &'a Stop,
    pub federation: String,
    /// Over HTTPS?
    secure: bool,
    places: [Place; 4],
    /// By the shop's place; none while it is down.
    nodes: [Option<Node>; 4],
    /// What the books must say.
    pub ledger: Ledger,
    /// Alice's payment of 7 points, as short as people say it.
    pub first_payment: String,
    /// Entries in D's log when it was killed.
    pub log_of_d: i64,
}

/// What is there before the first node starts.
pub struct Founded {
    pub federation: String,
    pub places: [Place; 4],
    pub secure: bool,
}

impl Drop for World<'_> {
    /// All at once; each is waited for when it is dropped itself.
    fn drop(&mut self) {
        self.nodes.iter_mut().flatten().for_each(Node::ask_to_end);
    }
}

/// What a till shows to a customer.
#[derive(Debug)]
pub struct Checkout {
    pub id: String,
    pub link: String,
}

/// What a wallet's order came to.
#[derive(Debug)]
pub struct Paid {
    /// The first digits of its digest.
    pub code: String,
    /// Points that the wallet can spend now.
    pub balance: i64,
}

impl<'a> World<'a> {
    pub fn new(ronde: Ronde, stop: &'a Stop, founded: Founded, nodes: Vec<Node>) -> Self {
        let Founded { federation, places, secure } = founded;
        let mut world = Self {
            ronde,
            stop,
            federation,
            secure,
            places,
            nodes: [None, None, None, None],
            ledger: Ledger::default(),
            first_payment: String::new(),
            log_of_d: 0,
        };
        nodes.into_iter().for_each(|node| world.put_node(node));
        world
    }

    pub fn http(&self, shop: Shop) -> SocketAddr {
        self.places[shop.place].http
    }

    pub fn url(&self, shop: Shop) -> String {
        url(&self.places[shop.place], self.secure)
    }

    pub fn node(&mut self, shop: Shop) -> Option<&mut Node> {
        self.nodes[shop.place].as_mut()
    }

    pub fn take_node(&mut self, shop: Shop) -> Option<Node> {
        self.nodes[shop.place].take()
    }

    pub fn put_node(&mut self, node: Node) {
        let place = node.shop().place;
        self.nodes[place] = Some(node);
    }

    /// Ends all nodes in good order, all at once.
    pub fn end(mut self) -> Result<(), Failure> {
        let mut nodes: Vec<Node> = self.nodes.iter_mut().filter_map(Option::take).collect();
        nodes.iter_mut().for_each(Node::ask_to_end);
        nodes.into_iter().try_for_each(Node::end)
    }

    /// What the till of a shop does.
    pub fn till(&self, shop: Shop, arguments: &[&str]) -> Result<Value, Failure> {
        let (config, token) = (shop.config(), shop.token());
        let mut typed = vec!["till"];
        typed.extend(arguments);
        typed.extend(["--config", &config, "--token-file", &token]);
        self.ronde.run(&typed)
    }

    /// Points, and what goes with them; the link comes back.
    pub fn grant(&self, shop: Shop, points: u64, more: &[&str]) -> Result<String, Failure> {
        let points = points.to_string();
        let mut arguments = vec!["grant", &points];
        arguments.extend(more);
        Ok(text(&self.till(shop, &arguments)?, "/grant/claim_url")?.to_owned())
    }

    pub fn checkout(&self, shop: Shop, max: u64) -> Result<Checkout, Failure> {
        let opened = self.till(shop, &["checkout", "--max", &max.to_string()])?;
        let part = |name: &str| Ok::<_, Failure>(text(&opened, &format!("/checkout/{name}"))?.to_owned());
        Ok(Checkout { id: part("id")?, link: part("url")? })
    }

    /// What the till shows now. Asked as a till asks: over HTTP, with its token.
    pub fn checkout_state(&self, shop: Shop, checkout: &Checkout) -> Result<Value, Failure> {
        let token = std::fs::read_to_string(self.ronde.home().join(shop.token()))
            .map_err(|error| Failure::new(format!("the till of {shop} to have a token"), error.to_string()))?;
        http::get(self.http(shop), &format!("/v1/checkouts/{}", checkout.id), Some(token.trim()))
    }

    /// The till must hear that so much was paid.
    pub fn till_accepts(&self, shop: Shop, checkout: &Checkout, points: i64) -> Result<(), Failure> {
        let expected = format!("the till of {shop} to show \"accepted\", {points} points");
        wait_for(&expected, PATIENCE, self.stop, || {
            let shown = self.checkout_state(shop, checkout)?;
            let accepted = text(&shown, "/state")? == "accepted" && number(&shown, "/points")? == points;
            check(accepted, &expected, || shown.to_string())
        })
    }

    /// What a customer's wallet does.
    pub fn wallet(&self, customer: Customer, arguments: &[&str]) -> Result<Answer, Failure> {
        let mut typed = vec!["wallet", "--wallet", customer.wallet];
        typed.extend(arguments);
        self.ronde.ask(&typed)
    }

    /// An order of a wallet that must be done at once.
    pub fn order(&self, customer: Customer, arguments: &[&str]) -> Result<Paid, Failure> {
        let answer = self.wallet(customer, arguments)?;
        let typed = answer.typed.clone();
        let json = answer.done()?;
        let state = text(&json, "/state")?;
        check(state == "done", format!("`{typed}` to be done"), || format!("its state is \"{state}\": {json}"))?;
        Ok(Paid { code: code(text(&json, "/order")?), balance: number(&json, "/balance")? })
    }

    pub fn claim(&self, customer: Customer, link: &str) -> Result<Paid, Failure> {
        self.order(customer, &["claim", link])
    }

    pub fn pay(&self, customer: Customer, checkout: &Checkout, points: u64) -> Result<Paid, Failure> {
        self.order(customer, &["pay", &checkout.link, "--points", &points.to_string()])
    }

    pub fn balance(&self, customer: Customer) -> Result<Value, Failure> {
        self.wallet(customer, &["balance"])?.done()
    }

    /// The books by one node's own log.
    pub fn books(&self, shop: Shop) -> Result<Ledger, Failure> {
        Ledger::read(&http::get(self.http(shop), "/v1/books", None)?)
    }

    /// Waits until the books of these shops say what was done.
    pub fn books_agree(&self, shops: &[Shop]) -> Result<(), Failure> {
        let wanted = self.ledger.stirred();
        at_once(shops, |shop| {
            let expected = format!("the books of {shop} to say\n{}", self.ledger.table().join("\n"));
            wait_for(&expected, PATIENCE, self.stop, || {
                let books = self.books(*shop)?;
                check(books.stirred() == wanted, &expected, || books.table().join("\n"))
            })
        })?;
        Ok(())
    }

    /// Entries in a node's own log.
    pub fn log_size(&self, shop: Shop) -> Result<i64, Failure> {
        number(&http::get(self.http(shop), "/v1/status", None)?, "/log/0/size")
    }

    /// The shops whose nodes run.
    pub fn running(&self) -> Vec<Shop> {
        SHOPS.into_iter().filter(|shop| self.nodes[shop.place].is_some()).collect()
    }
}

/// An order, as short as people say it.
pub fn code(digest: &str) -> String {
    digest.chars().take(8).collect()
}
