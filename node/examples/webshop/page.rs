//! The shop's pages: HTML by hand, as there is so little of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::order::{Order, PRODUCTS, Product, Stage};

/// What can be bought.
pub fn shelf() -> String {
    let line = |product: &Product| {
        let (name, title, price) = (product.name, product.title, euros(product.cents));
        format!("<li>{title}, {price} <form method=\"post\" action=\"/buy/{name}\"><button>Buy</button></form></li>")
    };
    let lines: String = PRODUCTS.iter().map(line).collect();
    layout("A small shop", false, &format!("<ul>{lines}</ul>"))
}

/// How far an order is, and what its customer can do.
pub fn order(id: &str, order: &Order) -> String {
    let left = order.left();
    let mut body = format!("<p>{}: {}</p>", order.product.title, euros(order.product.cents));
    body.push_str(&format!("<p>Number {}</p>", safe(&order.number)));
    if order.points() > 0 {
        body.push_str(&format!("<p>{} points taken off. To pay: {}</p>", order.points(), euros(left)));
    }
    match (order.stage(), &order.rung_up) {
        (Stage::Points, Some(rung_up)) => {
            body.push_str(&link(&rung_up.url, "Pay with points", rung_up.qr_svg.as_deref()));
            body.push_str("<p>This page goes on by itself once you have paid.</p>");
            body.push_str("<noscript><p>Without scripts: reload it then.</p></noscript>");
            body.push_str(&button(id, "no-points", "Pay no points"));
        }
        (Stage::Points | Stage::Money, _) => {
            let label = if left == 0 { "Send it to me".to_owned() } else { format!("Pay {} by card", euros(left)) };
            body.push_str(&button(id, "pay", &label));
        }
        (Stage::Done, rung_up) => {
            body.push_str("<p>Thank you. It is on its way.</p>");
            match rung_up {
                _ if order.is_to_be_completed() => body.push_str("<p>Your points follow: come back to this page.</p>"),
                Some(rung_up) if rung_up.basket.earns.points > 0 => {
                    let label = format!("Take your {} points", rung_up.basket.earns.points);
                    body.push_str(&link(&rung_up.url, &label, rung_up.qr_svg.as_deref()));
                }
                _ => {}
            }
        }
    }
    layout("Your order", order.stage() == Stage::Points, &body)
}

/// A link for the wallet: on a telephone to be touched, on a screen to be scanned.
fn link(url: &str, label: &str, qr_svg: Option<&str>) -> String {
    let mut body = format!("<p><a href=\"{}\" target=\"_blank\" rel=\"noreferrer\">{}</a></p>", safe(url), safe(label));
    if let Some(svg) = qr_svg {
        let data = STANDARD.encode(svg);
        body.push_str(&format!(
            "<p><img width=\"240\" alt=\"{} (QR code)\" src=\"data:image/svg+xml;base64,{data}\"></p>",
            safe(label)
        ));
    }
    body
}

fn button(id: &str, what: &str, label: &str) -> String {
    format!("<form method=\"post\" action=\"/orders/{id}/{what}\"><button>{}</button></form>", safe(label))
}

fn euros(cents: u64) -> String {
    format!("{}.{:02} €", cents / 100, cents % 100)
}

/// As text in HTML and in an attribute.
fn safe(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A page; one that waits asks again by itself.
fn layout(title: &str, waits: bool, body: &str) -> String {
    let again = if waits { "<script src=\"/wait.js\" defer></script>\n" } else { "" };
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"/style.css\">\n{again}</head>\n<body>\n<main>\n\
         <h1>{title}</h1>\n{body}\n<p><a href=\"/\">All products</a></p>\n</main>\n</body>\n</html>\n"
    )
}

/// How it looks.
pub const STYLE: &str = "
main { max-width: 36rem; margin: 0 auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
ul { list-style: none; padding: 0; }
li { display: flex; justify-content: space-between; align-items: center; gap: 1rem; }
li + li { border-top: 1px solid; padding-top: 0.6rem; margin-top: 0.6rem; }
button { font: inherit; min-height: 2.75rem; padding: 0.5rem 1.2rem; }
img { background: #fff; max-width: 100%; height: auto; }
";

/// What a page that waits does: as soon as its order has gone on, it is shown anew. Nothing moves before.
pub const WAIT: &str = "
const shown = document.querySelector('main').innerHTML;
async function look() {
  try {
    const text = await (await fetch(location.href)).text();
    const now = new DOMParser().parseFromString(text, 'text/html').querySelector('main');
    if (now !== null && now.innerHTML !== shown) return location.reload();
  } catch {}
  setTimeout(look, 2000);
}
setTimeout(look, 2000);
";
