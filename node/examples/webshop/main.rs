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
use order::{Earned, Order, PRODUCTS, Stage};
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
    /// What a point is worth, in cents: it stands in the charter
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    point_cents: u64,
    /// Where customers and the node find this shop
    #[arg(long, default_value = "127.0.0.1:8142", value_name = "IP:PORT")]
    listen: SocketAddr,
}

/// The whole shop. A real one has its orders in a database.
struct Shop {
    points: Points,
    hook: Hook,
    point_cents: u64,
    orders: Mutex<BTreeMap<String, Order>>,
}

type TheShop = Arc<Shop>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let shop = Arc::new(Shop {
        points: Points::new(&args.node, &text(&args.token_file)?),
        hook: Hook::new(&text(&args.secret_file)?)?,
        point_cents: args.point_cents,
        orders: Mutex::default(),
    });
    let router = Router::new()
        .route("/", get(shelf))
        .route("/buy/{product}", post(buy))
        .route("/orders/{order}", get(show))
        .route("/orders/{order}/no-points", post(no_points))
        .route("/orders/{order}/pay", post(pay))
        .route("/hook", post(told))
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

    /// Gives what the customer earned, or tries again: the same order never earns twice.
    async fn give(self: &Arc<Self>, id: &str, cents: u64) {
        let reference = id.to_owned();
        let earned = match self.ask(move |points| points.give(&reference, cents)).await {
            Ok(Some(grant)) => Earned::Link(grant),
            Ok(None) => Earned::Nothing,
            Err(trouble) => {
                println!("order {id} has earned points that can't be given yet: {trouble}");
                Earned::Later
            }
        };
        self.change(id, |order| order.earned(earned));
    }
}

async fn shelf() -> Html<String> {
    Html(page::shelf())
}

/// A customer orders. If the node does not answer, the order is paid by card alone: no sale waits for points.
async fn buy(State(shop): State<TheShop>, InPath(name): InPath<String>) -> Result<Response, Response> {
    let product = PRODUCTS.iter().find(|product| product.name == name);
    let product = product.ok_or_else(|| StatusCode::NOT_FOUND.into_response())?;
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|_| StatusCode::SERVICE_UNAVAILABLE.into_response())?;
    let id = hex::encode(random);
    let (reference, most) = (id.clone(), product.cents / shop.point_cents);
    let opened = shop.ask(move |points| points.open(&reference, most)).await;
    if let Err(trouble) = &opened {
        println!("order {id} can't be paid with points: {trouble}");
    }
    shop.orders().insert(id.clone(), Order::new(product, opened.ok()));
    Ok(Redirect::to(&format!("/orders/{id}")).into_response())
}

/// How far an order is. The webhook has mostly told already; whoever asks all the same needs no webhook to be sure.
async fn show(State(shop): State<TheShop>, InPath(id): InPath<String>) -> Result<Html<String>, StatusCode> {
    let order = shop.order(&id)?;
    match (&order.stage, &order.checkout) {
        (Stage::Points, Some(checkout)) => {
            let checkout = checkout.id.clone();
            if let Ok(seen) = shop.ask(move |points| points.look(&checkout)).await {
                shop.change(&id, |order| order.told(&seen.state, seen.points));
            }
        }
        (Stage::Done { earned: Earned::Later, .. }, _) => shop.give(&id, order.left(shop.point_cents)).await,
        _ => {}
    }
    Ok(Html(page::order(&id, &shop.order(&id)?, shop.point_cents)))
}

/// The customer pays no points: the checkout is withdrawn before any money is taken.
async fn no_points(State(shop): State<TheShop>, InPath(id): InPath<String>) -> Result<Redirect, StatusCode> {
    if let Some(checkout) = shop.order(&id)?.checkout {
        let withdrawn = shop.ask(move |points| points.withdraw(&checkout.id)).await;
        if withdrawn.is_ok() {
            shop.change(&id, |order| order.told("cancelled", 0));
        }
    }
    // If it could not be withdrawn, the order's page asks what became of it.
    Ok(Redirect::to(&format!("/orders/{id}")))
}

/// Where a payment provider would say that the rest is paid.
async fn pay(State(shop): State<TheShop>, InPath(id): InPath<String>) -> Result<Redirect, StatusCode> {
    let order = shop.order(&id)?;
    if matches!(order.stage, Stage::Money { .. }) {
        shop.change(&id, Order::paid);
        shop.give(&id, order.left(shop.point_cents)).await;
    }
    Ok(Redirect::to(&format!("/orders/{id}")))
}

/// The node tells what happened. 204 is a promise to have taken it: whatever is not ours to act on is taken too, or it would be
/// posted for three days.
async fn told(State(shop): State<TheShop>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let event = match shop.hook.open(&headers, &body, now) {
        Ok(event) => event,
        Err(why) => {
            println!("a post to the webhook is refused: {why}");
            return StatusCode::BAD_REQUEST;
        }
    };
    let mut orders = shop.orders();
    let about =
        orders.iter_mut().find(|(_, order)| order.checkout.as_ref().is_some_and(|it| it.id == event.data.checkout));
    if let Some((id, order)) = about {
        println!("told: {} of order {id}", event.kind);
        order.told(&event.data.state, event.data.points);
    }
    StatusCode::NO_CONTENT
}

/// What its pages may do in a browser.
const HEADERS: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; img-src data:; form-action 'self'; frame-ancestors 'none'"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // An order's address is all that keeps others from it.
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
];
