//! No refusal repeats what was asked: every member of every request of the API's document, every parameter and header, is
//! given values of every sort, as a till's program gives them that puts a customer's name in the wrong place.

use crate::asked_wrongly;
use crate::http_support;

use asked_wrongly::{Call, calls, filled, spoiled};
use http_support::{Node, Reply, bearer};
use serde_json::{Value, json};

/// A customer's name.
const NAME: &str = "Zonnebloemen";

/// What stands where something else belongs.
fn wrong() -> Vec<Value> {
    vec![
        json!(NAME),
        json!([NAME]),
        json!({ format!("{NAME} 7"): NAME }),
        json!({ "name": [NAME] }),
        json!(NAME.repeat(400)),
        json!(format!("{NAME}\u{0}")),
        json!(format!("{NAME}`, expected \"{NAME}")),
        json!(format!("\n at line 1 column 1 {NAME}")),
        json!(format!("https://{NAME}@example.org/#{NAME}")),
    ]
}

/// Whether a refusal has the name in it, in its headers or in its body.
fn repeats(reply: &Reply) -> bool {
    let headers = reply.headers.values().any(|value| value.contains(NAME));
    reply.status >= 400 && (headers || String::from_utf8_lossy(&reply.bytes).contains(NAME))
}

/// ERROR-3.
#[test]
fn no_refusal_repeats_a_value_of_the_request() {
    let node = Node::start();
    let till = node.till("counter", &["grant", "redeem", "refund", "manager"]);
    let (mut asked, mut refused, mut repeated) = (0, 0, Vec::new());
    let mut ask = |call: &Call, path: &str, headers: &[(String, String)], body: Option<&[u8]>| {
        let reply = node.call(&call.method, path, headers, body);
        asked += 1;
        refused += usize::from(reply.status >= 400);
        if repeats(&reply) {
            let body = body.map(String::from_utf8_lossy).unwrap_or_default();
            let body: String = body.chars().take(200).collect();
            repeated.push(format!("{}: {path} {body}: {}", call.operation, reply.json["detail"]));
        }
    };
    for call in calls() {
        let (whole, tokens) = (filled(&call.path, "AAECAwQFBgcICQoLDA0ODw"), [bearer(&till), bearer(&node.admin)]);
        for token in &tokens {
            let token = std::slice::from_ref(token);
            let bodies = call.body.iter().flat_map(|body| wrong().into_iter().flat_map(|with| spoiled(body, &with)));
            for body in bodies {
                ask(&call, &whole, token, Some(body.to_string().as_bytes()));
            }
            if let Some(body) = &call.body {
                let text = body.to_string();
                for cut in [format!("{NAME}{text}"), format!("{text}{NAME}"), format!("{{\"{NAME}"), NAME.to_owned()] {
                    ask(&call, &whole, token, Some(cut.as_bytes()));
                }
            }
        }
        if call.operation == "followEvents" {
            // Its answer does not end unless it is refused.
            ask(&call, &format!("{whole}?after={NAME}"), &tokens[..1], None);
            continue;
        }
        let body = call.body.as_ref().map(Value::to_string);
        let body = body.as_ref().map(String::as_bytes);
        let with = |name: &str, value: String| [tokens[0].clone(), (name.to_owned(), value)];
        ask(&call, &filled(&call.path, NAME), &tokens[..1], body);
        ask(&call, &filled(&call.path, &format!("%{NAME}")), &tokens[..1], body);
        for name in call.query.iter().map(String::as_str).chain(["customer+of"]) {
            ask(&call, &format!("{whole}?{name}={NAME}"), &tokens[..1], body);
            ask(&call, &format!("{whole}?{name}={NAME}&{name}={NAME}"), &tokens[..1], body);
        }
        for name in ["idempotency-key", "last-event-id", "accept-language", "cookie", "origin", "content-type", "range"]
        {
            ask(&call, &whole, &with(name, NAME.to_owned()), body);
            ask(&call, &whole, &with(name, NAME.repeat(20)), body);
        }
        for value in [NAME.to_owned(), format!("Bearer {NAME}"), format!("Basic {NAME}")] {
            ask(&call, &whole, &[("authorization".to_owned(), value)], body);
        }
    }
    println!("{refused} of {asked} requests were refused");
    assert!(refused > 1000, "{refused} of {asked}");
    assert!(repeated.is_empty(), "{} repeat: {:#?}", repeated.len(), &repeated[..repeated.len().min(20)]);

    // A name of a member that is not known is said: it shows that what is said is looked at.
    let reply = node.post("/v1/grants", &till, &json!({ "points": 1, "reference": "r", NAME: 1 }));
    assert!(repeats(&reply), "{reply:?}");
}
