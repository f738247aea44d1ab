//! A web shop with two products. Its customers pay with points what they like, by card what is left, and earn points on that.
//!
//! ```text
//! cargo run -p ronde-node --example webshop -- --node https://bakery.example --token-file till.token --secret-file hook.secret
//! ```
//!
//! `docs/webshop.md` walks through it. It is as small as it can be and still right: what it leaves out is a database, a
//! payment provider and the shipping, and nothing of what it says to the shop's node and hears from it. That is in two files:
//! `points.rs` asks, `hook.rs` is told.

mod hook;
mod order;
mod page;
mod points;

use std::collections::BTreeMap;
use std::error::Error;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path as InPath, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::middleware::map_response;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use clap::Parser;

use hook::Hook;
use order::{Order, PRODUCTS, Stage};
use points::{Points, Trouble};

/// A web shop whose customers pay with points
#[derive(Debug, Parser)]
struct Args {
    /// The shop's own node
    #[arg(long, env = "RONDE_NODE", value_name = "URL")]
    node: String,
    /// The file of a till's token with the scopes grant and redeem
    #[arg(long, value_name = "FILE")]
    token_file: PathBuf,
    /// The file of the webhook's secret, as `ronde webhook add --out` writes it
    #[arg(long, value_name = "FILE")]
    secret_file: PathBuf,
    /// The certificate of who signed the node's, if that is nobody whom browsers know
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Where customers find this shop, https: their wallet leads back there
    #[arg(long, value_name = "URL")]
    public: Option<String>,
    /// Where it listens
    #[arg(long, default_value = "127.0.0.1:8142", value_name = "IP:PORT")]
    listen: SocketAddr,
}

/// The whole shop. A real one has its orders in a database.
struct Shop {
    points: Points,
    hook: Hook,
    public: Option<String>,
    orders: Mutex<BTreeMap<String, Order>>,
}

type TheShop = Arc<Shop>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let shop = Arc::new(Shop {
        points: Points::new(&args.node, &text(&args.token_file)?, args.ca_file.as_deref().map(text).transpose()?)?,
        hook: Hook::new(&text(&args.secret_file)?)?,
        public: args.public,
        orders: Mutex::default(),
    });
    let router = Router::new()
        .route("/", get(shelf))
        .route("/buy/{product}", post(buy))
        .route("/orders/{order}", get(show))
        .route("/orders/{order}/no-points", post(no_points))
        .route("/orders/{order}/pay", post(pay))
        .route("/hook", post(told))
        .route("/style.css", get(|| async { ([(header::CONTENT_TYPE, "text/css")], page::STYLE) }))
        .route("/wait.js", get(|| async { ([(header::CONTENT_TYPE, "text/javascript")], page::WAIT) }))
        .layer(map_response(|response: Response| async { (HEADERS, response) }))
        .with_state(shop);
    let listener = tokio::net::TcpListener::bind(args.listen).await?;
    println!("open at http://{}/", listener.local_addr()?);
    axum::serve(listener, router).await?;
    Ok(())
}

fn text(path: &Path) -> Result<String, String> {
    let read = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(read.trim().to_owned())
}

impl Shop {
    fn orders(&self) -> MutexGuard<'_, BTreeMap<String, Order>> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn order(&self, id: &str) -> Result<Order, StatusCode> {
        self.orders().get(id).cloned().ok_or(StatusCode::NOT_FOUND)
    }

    /// Changes an order, if it is still there.
    fn change(&self, id: &str, change: impl FnOnce(&mut Order)) {
        if let Some(order) = self.orders().get_mut(id) {
            change(order);
        }
    }

    /// Asks the node, on a thread that may wait.
    async fn ask<T: Send + 'static>(
        self: &Arc<Self>,
        what: impl FnOnce(&Points) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        let shop = Arc::clone(self);
        let asked = tokio::task::spawn_blocking(move || what(&shop.points)).await;
        asked.unwrap_or_else(|error| Err(Trouble::Broken(error.to_string())))
    }

    /// Asks how far an order's basket is.
    async fn look(self: &Arc<Self>, id: &str, basket: &str) -> Result<(), Trouble> {
        let basket = basket.to_owned();
        let seen = self.ask(move |points| points.look(&basket)).await?;
        self.change(id, |order| order.seen(seen));
        Ok(())
    }

    /// Says that all is paid. If the node does not answer, the next look at the order's page says so again.
    async fn complete(self: &Arc<Self>, id: &str, order: &Order) {
        let Some(basket) = order.basket().map(str::to_owned) else { return };
        match self.ask(move |points| points.complete(&basket)).await {
            Ok(seen) => self.change(id, |order| order.seen(seen)),
            Err(trouble) => println!("order {} is paid, which the node does not know yet: {trouble}", order.number),
        }
    }
}

async fn shelf() -> Html<String> {
    Html(page::shelf())
}

/// A customer orders. If the node does not answer, the order is paid by card alone: no sale waits for points.
async fn buy(State(shop): State<TheShop>, InPath(name): InPath<String>) -> Result<Response, Response> {
    let product = PRODUCTS.iter().find(|product| product.name == name);
    let product = product.ok_or_else(|| StatusCode::NOT_FOUND.into_response())?;
    let mut random = [0; 24];
    getrandom::fill(&mut random).map_err(|_| StatusCode::SERVICE_UNAVAILABLE.into_response())?;
    // Where the wallet leads back to is told to whoever knows the basket: the order's number is no part of it.
    let (id, number) = (hex::encode(&random[..16]), hex::encode(&random[16..]));
    let address = format!("/orders/{id}");
    let (reference, back) = (number.clone(), shop.public.as_ref().map(|public| format!("{public}{address}")));
    let rung_up = shop.ask(move |points| points.ring_up(&reference, product.cents, back.as_deref())).await;
    if let Err(trouble) = &rung_up {
        println!("order {number} is sold without points: {trouble}");
    }
    shop.orders().insert(id, Order::new(product, number, rung_up.ok()));
    Ok(Redirect::to(&address).into_response())
}

/// How far an order is. The webhook has mostly told already; whoever asks all the same needs no webhook to be sure.
async fn show(State(shop): State<TheShop>, InPath(id): InPath<String>) -> Result<Html<String>, StatusCode> {
    let order = shop.order(&id)?;
    if let (Stage::Points, Some(basket)) = (order.stage(), order.basket()) {
        // Without an answer the page shows what is known, and asks again.
        let _ = shop.look(&id, basket).await;
    } else if order.is_to_be_completed() {
        shop.complete(&id, &order).await;
    }
    Ok(Html(page::order(&id, &shop.order(&id)?)))
}

/// The customer pays no points: that is settled before any money is taken.
async fn no_points(State(shop): State<TheShop>, InPath(id): InPath<String>) -> Result<Redirect, StatusCode> {
    let Order { number, rung_up, .. } = shop.order(&id)?;
    if let Some(rung_up) = rung_up {
        let (url, basket) = (rung_up.url, rung_up.basket.id);
        let secret = url.rsplit('#').next().unwrap_or_default().to_owned();
        let declined = shop.ask(move |points| points.decline(&basket, &secret)).await;
        if let Err(trouble) = declined {
            println!("order {number}: points can't be declined: {trouble}");
        }
    }
    // Its page asks what became of it: the customer may have been faster.
    Ok(Redirect::to(&format!("/orders/{id}")))
}

/// Where a payment provider would say that the rest is paid.
async fn pay(State(shop): State<TheShop>, InPath(id): InPath<String>) -> Result<Redirect, StatusCode> {
    if shop.order(&id)?.stage() == Stage::Money {
        shop.change(&id, |order| order.is_paid = true);
        shop.complete(&id, &shop.order(&id)?).await;
    }
    Ok(Redirect::to(&format!("/orders/{id}")))
}

/// The node tells that something happened. 204 is a promise to have taken it: so the shop asks first what it was. What is none of
/// its own, another till's, is taken too, or it would be posted for three days.
async fn told(State(shop): State<TheShop>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let event = match shop.hook.open(&headers, &body, now) {
        Ok(event) => event,
        Err(why) => {
            println!("a post to the webhook is refused: {why}");
            return StatusCode::BAD_REQUEST;
        }
    };
    let basket = event.data.checkout;
    let is_it = |order: &Order| order.basket() == Some(basket.as_str());
    let meant =
        shop.orders().iter().find(|(_, order)| is_it(order)).map(|(id, order)| (id.clone(), order.number.clone()));
    let Some((id, number)) = meant else { return StatusCode::NO_CONTENT };
    match shop.look(&id, &basket).await {
        Ok(()) => {
            println!("told: {} of order {number}", event.kind);
            StatusCode::NO_CONTENT
        }
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// What its pages may load, and whom they may ask: this shop alone.
const POLICY: &str = "default-src 'none'; img-src data:; style-src 'self'; script-src 'self'; connect-src 'self'; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// What its pages may do in a browser.
const HEADERS: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // An order's address is all that keeps others from it.
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
];
