//! A day at a till whose program tells the node all that it must not: customers' names, cards, receipts, in every place where
//! a program could put them. Every byte that leaves the node is recorded and searched, and what the kernel was given shows
//! that nothing left it beside the recorders.

mod asked_wrongly;
mod cli_support;
mod places;
mod privacy_support;
mod raw_quic;
mod webhook_receiver;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use asked_wrongly::{calls, filled, spoiled};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use privacy_support::census::Census;
use privacy_support::planted::{PLANTED, Planted, Search, Spelling, planted, spellings};
use privacy_support::quic::{PACKETS, STREAMS};
use privacy_support::tape::Tape;
use privacy_support::town::{CALLERS, POSTED, TO_ANYBODY, TO_SHOPS, TO_TILL, TO_WATCHER, Town, eventually, request};
use serde_json::{Value, json};
use sha2::Digest as _;
use webhook_receiver::Receiver;

/// Why points were given that were no basket: what a till says of it stands in the shop's own database, and whoever has the
/// grant's link reads it.
const REASON: &str = "jars brought back by Madame Zonnefeld-Ypres";
/// What only the second shop's till says.
const ELSEWHERE: &str = "breakage made good to Monsieur Wauquelin";

/// The manager's password.
const PASSWORD: &str = "zestful quagmire of Ploumanac'h";

/// What the first shop calls its till. It is no customer's name, and said wherever tills are told apart.
const COUNTER: &str = "Counter by the Zwartebroek-Gate";
/// What a store says to another over QUIC: in a request, and as the name by which it dials.
const SAID: &str = "a request that is a canary, wholly unreadable";
const DIALLED: &str = "canary.in-the-handshake.example";
/// What is said to a webhook's receiver and to another shop by HTTP.
const TOLD_HOOK: &str = "canary-that-was-posted";
const TOLD_SHOP: &str = "canary-that-went-next-door";

const OWN_FILES: &str = "files of store 1";
const OWN_LOG: &str = "log of store 1";
const BACKUP: &str = "backup of store 1";
const KERNEL: &str = "calls of the kernel";

/// What must not be found, and the two that may in places.
fn search() -> Search {
    let all = PLANTED.iter().map(|planted| (planted.what, planted.text));
    Search::new(all.chain([
        ("reason", REASON),
        ("reason elsewhere", ELSEWHERE),
        ("callers' address", "127.77.203.113"),
        ("password", PASSWORD),
    ]))
}

/// What passes each recorder, and must be found there and nowhere else.
fn control() -> Search {
    Search::new([
        ("till's name", COUNTER),
        ("said", SAID),
        ("dialled", DIALLED),
        ("told the hook", TOLD_HOOK),
        ("told the shop", TOLD_SHOP),
    ])
}

/// The first shop's till, whose program is careless.
struct Till {
    token: String,
    place: SocketAddr,
}

impl Till {
    fn post(&self, path: &str, key: Option<&str>, body: &[u8]) -> Value {
        let bearer = format!("Bearer {}", self.token);
        let mut headers = vec![("authorization", &*bearer), ("content-type", "application/json")];
        headers.extend(key.map(|key| ("idempotency-key", key)));
        request(self.place, "POST", path, &headers, body).json
    }

    fn grant(&self, body: Value) -> Value {
        let made = self.post("/v1/grants", None, body.to_string().as_bytes());
        assert!(made["claim_url"].is_string(), "{made}");
        made
    }
}

fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value}")).to_owned()
}

/// With percent signs, as a browser puts it into an address.
fn in_path(text: &str) -> String {
    let one = |byte: u8| match byte.is_ascii_alphanumeric() {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

/// One customer's visit: what a till's program may do with what it knows, well and badly.
fn visit(till: &Till, told: &str, links: &mut Vec<String>) {
    let key = told.is_ascii().then_some(told.trim());
    let grant = json!({ "points": 5, "reference": told }).to_string();
    // Under the same key: the same answer, then another request.
    let made = till.post("/v1/grants", key, grant.as_bytes());
    if key.is_some() {
        assert_eq!(till.post("/v1/grants", key, grant.as_bytes()), made);
        let other = json!({ "points": 6, "reference": told }).to_string();
        assert_eq!(till.post("/v1/grants", key, other.as_bytes())["code"], "idempotency-mismatch");
    }
    links.push(text(&made, "claim_url"));
    let checkout = json!({ "max_points": 1, "step": 1, "reference": told, "expires_in": 3600 }).to_string();
    let opened = till.post("/v1/checkouts", key.map(|key| format!("c {key}")).as_deref(), checkout.as_bytes());
    let id = text(&opened, "id");
    let refund = json!({ "checkout": id, "points": 1, "reference": told }).to_string();
    till.post("/v1/refunds", None, refund.as_bytes());
    let basket = json!({ "eligible_cents": 500, "reference": told }).to_string();
    links.push(text(&till.post("/v1/grants", None, basket.as_bytes()), "claim_url"));
    for body in [
        json!({ "points": told, "reference": "r" }),
        json!({ "points": 5, "reference": [told] }),
        json!({ "points": 5, "reference": "r", "customer": { "name": told } }),
        json!({ "points": 5, "reference": "r", "receipt": told }),
        json!({ "points": 5, "reference": told.repeat(40) }),
        json!({ "points": 5, "reference": "r", "ballot": told }),
        json!({ "points": 5, "reference": "r", "vouchers": [{ "offer": told, "count": 1 }] }),
        json!({ "points": 5, "reference": "r", "reason": format!("{told}\u{7}") }),
        json!({ "eligible_cents": told, "reference": told }),
        json!(told),
    ] {
        till.post("/v1/grants", None, body.to_string().as_bytes());
        till.post("/v1/checkouts", None, body.to_string().as_bytes());
    }
    till.post("/v1/grants", None, format!("{{\"points\":5,\"reference\":\"{told}").as_bytes());
    till.post("/v1/grants", None, format!("{told}{{}}").as_bytes());
    till.post(&format!("/v1/grants?customer={}", in_path(told)), None, grant.as_bytes());
    till.post("/v1/pledges", None, json!({ "association": told, "points": 1 }).to_string().as_bytes());
    let bearer = format!("Bearer {}", till.token);
    let path = in_path(told);
    for (method, path) in [
        ("GET", format!("/v1/grants/{path}")),
        ("DELETE", format!("/v1/grants/{path}")),
        ("GET", format!("/v1/checkouts/{id}?wait={path}")),
        ("GET", format!("/v1/checkouts/{id}?state={path}")),
        ("GET", format!("/v1/events?after={path}")),
        ("DELETE", format!("/v1/checkouts/{id}")),
    ] {
        request(till.place, method, &path, &[("authorization", &bearer), ("last-event-id", told.trim())], b"");
    }
}

/// Members that are a text by which the shop itself is told something: `docs/privacy.md` says of each where it goes.
const OWN_WORDS: &[(&str, &str)] = &[("addTill", "name"), ("addWebhook", "url"), ("makeGrant", "reason")];

/// Every call of the API, with what a till knows in the place of each member of its body, and in its path.
fn every_call(till: &Till, admin: &str) {
    for call in calls() {
        for told in [planted("name"), planted("card number"), planted("receipt line")] {
            let path = filled(&call.path, &in_path(told));
            let mut bodies = vec![(call.path.clone(), call.body.clone())];
            let known = filled(&call.path, "AAECAwQFBgcICQoLDA0ODw");
            if let Some(Value::Object(members)) = &call.body {
                let others = OWN_WORDS.iter().filter(|(operation, _)| *operation == call.operation);
                let kept: Vec<&str> = others.map(|(_, member)| *member).collect();
                for name in members.keys().filter(|name| !kept.contains(&name.as_str())) {
                    for value in spoiled(&members[name], &json!(told)) {
                        let mut members = members.clone();
                        members.insert(name.clone(), value);
                        bodies.push((known.clone(), Some(Value::Object(members))));
                    }
                }
            }
            bodies[0].0 = path;
            for (path, body) in bodies {
                let body = body.map(|body| body.to_string()).unwrap_or_default();
                for token in [&till.token, admin] {
                    let headers = [("authorization", &*format!("Bearer {token}")), ("last-event-id", told)];
                    request(till.place, &call.method, &path, &headers, body.as_bytes());
                }
            }
        }
    }
}

/// What browsers, wallets and strangers send of themselves.
fn strangers(town: &Town, grant: &str, told: &str) {
    let (told, path) = (told.trim(), in_path(told));
    let headers = [
        ("user-agent", told),
        ("cookie", told),
        ("referer", told),
        ("from", told),
        ("x-forwarded-for", told),
        ("forwarded", told),
        ("accept-language", told),
        ("authorization", told),
        ("origin", told),
        ("x-customer", told),
    ];
    for path in [
        "/".to_owned(),
        format!("/?lang={path}"),
        format!("/federation?{path}"),
        format!("/till?customer={path}"),
        format!("/wallet/{path}"),
        format!("/customers/{path}"),
        format!("/v1/status?{path}"),
        format!("/v1/orders/{path}"),
        format!("/v1/restore/1/{path}"),
        format!("/v1/refunds/{path}"),
        "/v1/openapi.json".to_owned(),
        "/v1/books".to_owned(),
        grant.to_owned(),
    ] {
        request(town.anybody, "GET", &path, &headers, b"");
    }
    let form = format!("password={path}&csrf={path}");
    request(town.anybody, "POST", "/admin/login", &headers, form.as_bytes());
    let bearer = format!("Bearer {told}");
    let member =
        json!({ "secret": told, "keyset": told, "outputs": told, "order": told, "columns": [told] }).to_string();
    for path in [format!("{grant}/claim"), "/v1/orders".to_owned(), "/v1/probes".to_owned(), "/v1/webhooks".to_owned()]
    {
        request(town.anybody, "POST", &path, &[("authorization", &bearer)], member.as_bytes());
    }
    // No HTTP at all.
    request(town.anybody, told, told, &[(told, told)], told.as_bytes());
}

fn wallet(town: &Town, words: &[&str]) -> Value {
    wallet_ends(town, words, 0)
}

fn wallet_ends(town: &Town, words: &[&str], code: i32) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ronde"));
    command.arg("wallet").arg("--wallet").arg(town.desk.path("wallet")).args(words).arg("--json").env_clear();
    let output = command.output().unwrap();
    let (said, failed) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{words:?}: {said}{failed}");
    serde_json::from_str(&said).unwrap()
}

/// A till's token.
fn till(place: SocketAddr, name: &str, admin: &str) -> String {
    let body = json!({ "name": name, "scopes": ["grant", "redeem", "refund", "manager"] }).to_string();
    let made = request(place, "POST", "/v1/tills", &[("authorization", &format!("Bearer {admin}"))], body.as_bytes());
    text(&made.json, "token")
}

/// All of the day at the first shop.
fn day(town: &Town, receiver: &Receiver) {
    let admin = town.admin(1);
    let till = Till { token: till(town.till, COUNTER, &admin), place: town.till };
    let hook = json!({ "url": format!("http://{}/hook", town.hook), "events": ["grant.claimed", "checkout.accepted"] });
    let hook = hook.to_string();
    let bearer = format!("Bearer {admin}");
    let hooked = request(till.place, "POST", "/v1/webhooks", &[("authorization", &bearer)], hook.as_bytes());
    assert_eq!(hooked.status, 201, "{hooked:?}");
    let stream = follow(&till);

    let reason = till.grant(json!({ "points": 5, "reference": "no receipt", "reason": REASON, "ballot": 1, "receipt": planted("receipt line") }));
    let shown = format!("/v1/grants/{}", text(&reason, "id"));
    let mut links = vec![text(&reason, "claim_url")];
    PLANTED.iter().for_each(|planted| visit(&till, planted.text, &mut links));
    PLANTED.iter().for_each(|planted| strangers(town, &shown, planted.text));

    wallet(town, &["new", "--node", &format!("http://{}", town.anybody)]);
    links.iter().for_each(|link| drop(wallet(town, &["claim", link])));
    let checkout = json!({ "max_points": 3, "step": 1, "reference": planted("receipt number") });
    let opened = till.post("/v1/checkouts", None, checkout.to_string().as_bytes());
    wallet(town, &["pay", &text(&opened, "url")]);
    let refund = json!({ "checkout": text(&opened, "id"), "points": 2, "reference": planted("card number") });
    let refund = till.post("/v1/refunds", None, refund.to_string().as_bytes());
    wallet(town, &["claim", &text(&refund, "claim_url")]);
    wallet(town, &["vote", "Roof", "Solar"]);
    wallet(town, &["give", "Food bank", "2"]);
    // Elsewhere.
    let other = Till { token: self::till(town.http(2), "counter", &town.admin(2)), place: town.http(2) };
    other.grant(json!({ "points": 5, "reference": "r", "reason": ELSEWHERE }));
    let elsewhere = other.post(
        "/v1/checkouts",
        None,
        json!({ "max_points": 4, "step": 1, "reference": "r" }).to_string().as_bytes(),
    );
    wallet(town, &["pay", &text(&elsewhere, "url")]);

    let posts = basket(town, &till);
    let codes = [text(&reason, "code"), text(&opened, "code")];
    // As many posts as grants were claimed and checkouts paid here.
    (0..links.len() + 2 + posts).for_each(|_| drop(receiver.take()));
    every_call(&till, &admin);
    manager(town, &codes);
    // By a name of the machine's: others are not answered (OPS-12).
    let own = [("host", "localhost"), ("user-agent", planted("name"))];
    let watched = request(town.watcher, "GET", "/metrics", &own, b"");
    assert!(watched.text.contains("ronde_http_requests_total"), "{watched:?}");
    request(town.watcher, "GET", "/readyz", &own, b"");
    request(town.watcher, "GET", &format!("/{}", in_path(planted("name"))), &[], b"");
    request(town.watcher, "GET", "/readyz", &[], b"");
    town.say(2, DIALLED, SAID.as_bytes());
    request(town.others[0], "GET", &format!("/{TOLD_SHOP}"), &[], b"");
    drop(stream);
}

/// A basket that is paid in part, completed and claimed, whose receipt goes home and is deleted here, and of which goods
/// come back; and a grant that goods withdraw before anybody claims it. How many posts that is.
fn basket(town: &Town, till: &Till) -> usize {
    let line = planted("receipt line");
    let body = json!({
        "total_cents": 2000, "eligible_cents": 1500, "max_points": 3, "step": 1, "reference": planted("receipt number"),
        "receipt": line, "return_url": "https://shop.example/thanks",
    });
    let rung = till.post("/v1/baskets", Some("basket"), body.to_string().as_bytes());
    let (id, link) = (text(&rung, "id"), text(&rung, "url"));
    // Until the till has its money, the customer's wallet waits.
    assert_eq!(wallet_ends(town, &["pay", &link, "--points", "2", "--wait", "0"], 1)["paid"], 2);
    // It takes no body; a careless program sends one.
    let done = till.post(&format!("/v1/baskets/{id}/complete"), None, line.as_bytes());
    assert_eq!(done["state"], "complete", "{done}");
    let offer = format!("/v1/baskets/{id}/offer");
    assert!(request(town.anybody, "GET", &offer, &[], b"").json["receipt"].is_string(), "it is there, sealed");
    let resumed = wallet(town, &["resume"]);
    assert_eq!(resumed["baskets"][0]["receipt"], line, "{resumed}");
    assert_eq!(request(town.anybody, "GET", &offer, &[], b"").json.get("receipt"), None, "it was handed over");

    let unclaimed = till.grant(json!({ "eligible_cents": 700, "reference": line, "receipt": line }));
    for (of, told) in [(json!({ "checkout": id }), "card number"), (json!({ "grant": unclaimed["id"] }), "name")] {
        let mut body = json!({ "total_cents": 300, "eligible_cents": 300, "reference": planted(told) });
        body.as_object_mut().unwrap().extend(of.as_object().unwrap().clone());
        let back = till.post("/v1/returns", None, body.to_string().as_bytes());
        assert!(back["money_cents"].is_u64(), "{back}");
        body["reason"] = json!(planted(told));
        till.post("/v1/returns", None, body.to_string().as_bytes());
    }
    // The payment, and the claim.
    2
}

/// The manager signs in where tills call the node, looks at everything, looks codes up, takes a table away and signs out.
fn manager(town: &Town, codes: &[String]) {
    let told = planted("name");
    let ask = |method: &str, path: &str, cookie: &str, body: &str| {
        let headers = [
            ("accept", "text/html"),
            ("sec-fetch-site", "same-origin"),
            ("cookie", cookie),
            ("user-agent", told),
            ("referer", told),
        ];
        request(town.till, method, path, &headers, body.as_bytes())
    };
    let form = format!("password={}&customer={}", in_path(PASSWORD), in_path(told));
    ask("POST", "/admin/login", "", &format!("password={}", in_path(&format!("{PASSWORD}{told}"))));
    let signed = ask("POST", "/admin/login", "", &form);
    assert_eq!(signed.status, 303, "{signed:?}");
    let cookies = signed.text.lines().filter_map(|line| line.strip_prefix("set-cookie: ")?.split(';').next());
    let cookie = &cookies.collect::<Vec<_>>().join("; ");
    let mut front = String::new();
    for path in ["/admin/tills", "/admin/earning?euros=42.10", "/admin?span=month", "/admin"] {
        let shown = ask("GET", path, cookie, "");
        assert_eq!(shown.status, 200, "{path}: {shown:?}");
        front = shown.text;
    }
    for code in codes {
        let shown = ask("GET", &format!("/admin/find?code={code}"), cookie, "");
        assert!(shown.text.contains("class=\"found\"") && shown.text.contains(code), "{shown:?}");
    }
    let table = ask("GET", &format!("/admin/statement.csv?span=week&customer={}", in_path(told)), cookie, "");
    assert!(table.text.contains("attachment; filename="), "{table:?}");
    let csrf = front.split_once("name=\"csrf\" value=\"").unwrap().1.split('"').next().unwrap().to_owned();
    let revoke = format!("csrf={csrf}&name={}", in_path(told));
    assert_eq!(ask("POST", "/admin/tills/revoke", cookie, &revoke).status, 404);
    let out = ask("POST", "/admin/logout", cookie, &format!("csrf={csrf}&customer={}", in_path(told)));
    assert_eq!(out.status, 303, "{out:?}");
    assert!(!ask("GET", "/admin", cookie, "").text.contains("statement.csv"), "signed out");
}

/// A reader of the events, which the recorder records for it.
fn follow(till: &Till) -> TcpStream {
    use std::io::Write as _;
    let mut stream = TcpStream::connect(till.place).unwrap();
    let head = format!("GET /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n", till.token);
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

/// In which channels each thing was found.
fn channels(tape: &Tape, search: &Search) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for ((what, channel), ways) in tape.found(search) {
        println!("{what} in {channel}: {}", ways.join("; "));
        all.entry(what).or_default().insert(channel);
    }
    all
}

/// OPS-3, HTTP-10, ERROR-3.
#[test]
fn nothing_that_a_till_knows_of_a_customer_leaves_the_node() {
    let receiver = Receiver::open();
    let to = receiver.url.trim_start_matches("http://").trim_end_matches("/hook").parse().unwrap();
    let mut town = Town::found(to);
    let chosen = town.desk.path("chosen");
    std::fs::write(&chosen, PASSWORD).unwrap();
    std::fs::set_permissions(&chosen, std::fs::Permissions::from_mode(0o600)).unwrap();
    town.desk.ronde("manager password --file chosen --config store-1/ronde.toml").ok();
    let look = can_look();
    (1..=4).for_each(|store| town.start(store, look && store == 1));
    town.wait();
    day(&town, &receiver);

    // As they lie there while it runs, with what the database has not put in its place yet; then in order.
    town.tape.folder(OWN_FILES, &town.desk.path("store-1"));
    let backup = town.desk.path("copy");
    town.desk.ronde(&format!("backup --config store-1/ronde.toml {}", backup.display())).ok();
    town.tape.whole(BACKUP, &std::fs::read(&backup).unwrap());
    (1..=4).rev().for_each(|store| town.stop(store));
    for store in 1..=4 {
        town.tape.folder(&format!("files of store {store}"), &town.desk.path(&format!("store-{store}")));
        town.tape.whole(&format!("log of store {store}"), &std::fs::read(town.log(store)).unwrap());
    }
    if look {
        let census = census(&town);
        town.tape.whole(KERNEL, &census.raw);
    }
    // As the node would, past all that the kernel saw of it.
    let hook = town.hook;
    std::thread::spawn(move || request(hook, "POST", "/", &[("x-told", TOLD_HOOK)], b"{}"));
    receiver.post().answer(200, "");

    println!("{:#?}", town.tape.sizes());
    for channel in [TO_TILL, TO_ANYBODY, TO_WATCHER, TO_SHOPS, POSTED, PACKETS, STREAMS, OWN_LOG] {
        assert!(town.tape.sizes()[channel].1 > 500, "hardly anything in {channel}");
    }
    let found = channels(&town.tape, &search());
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<String>>();
    let mut reason = set(&[OWN_FILES, BACKUP, TO_TILL, TO_ANYBODY]);
    reason.extend(look.then(|| KERNEL.to_owned()));
    let may = [("reason".to_owned(), reason), ("reason elsewhere".to_owned(), set(&["files of store 2"]))];
    assert_eq!(found, may.into_iter().collect());

    let mut name = set(&[OWN_FILES, BACKUP, TO_TILL, OWN_LOG]);
    name.extend(look.then(|| KERNEL.to_owned()));
    let passed = [
        ("till's name", name),
        ("said", set(&[PACKETS, STREAMS])),
        ("dialled", set(&[PACKETS])),
        ("told the hook", set(&[POSTED])),
        ("told the shop", set(&[TO_SHOPS])),
    ];
    let passed = passed.into_iter().map(|(what, channels)| (what.to_owned(), channels)).collect();
    assert_eq!(channels(&town.tape, &control()), passed);
}

/// Whatever is looked for is found in each way in which it can be written, and in noise nothing is.
#[test]
fn control_each_spelling_is_found() {
    let search = search();
    let mut noise = vec![0; 1 << 20];
    blake3::Hasher::new().update(b"noise").finalize_xof().fill(&mut noise);
    assert_eq!(search.in_bytes(&noise), []);
    let (_, base64) = noise.split_at(1 << 19);
    assert_eq!(search.in_bytes(hex::encode(base64).as_bytes()), []);
    let mut count = 0;
    for Planted { what, text } in PLANTED {
        for Spelling { how, bytes } in spellings(text) {
            let leaky = [&noise[..100], &bytes, &noise[100..200]].concat();
            assert!(search.in_bytes(&leaky).contains(&(*what, &*how)), "{what} is not found: {how}");
            count += 1;
        }
        let record = json!({ "time": 17, "id": STANDARD.encode(sha2::Sha256::digest(text.trim().to_lowercase())) });
        assert!(!search.in_bytes(record.to_string().as_bytes()).is_empty(), "{what} in a record");
    }
    println!("{count} spellings");
    assert!(count > 2000, "{count}");
}

/// What a process does behind the recorders' backs stands in the census of its calls.
#[cfg(target_os = "linux")]
#[test]
fn control_every_way_out_is_in_the_census() {
    if !can_look() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (calls, file) = (folder.path().join("calls"), folder.path().join("out"));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let place = listener.local_addr().unwrap();
    let program = format!(
        "import os, socket\n\
         open({file:?}, 'w').write('into a file')\n\
         os.rename({file:?}, {file:?} + ' of Jeanne')\n\
         socket.create_connection(('127.0.0.1', {port})).sendall(b'over TCP')\n\
         udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n\
         udp.sendto(b'over UDP', ('127.0.0.1', 9))\n\
         udp.connect(('127.0.0.1', 7))\n\
         udp.send(b'over UDP again')\n\
         os.execv('/bin/true', ['/bin/true', 'as an argument'])\n",
        port = place.port()
    );
    let words = privacy_support::census::words(&calls);
    let status = Command::new(&words[0]).args(&words[1..]).args(["python3", "-c", &program]).status().unwrap();
    assert!(status.success());
    let mut census = None;
    eventually("the calls are written down", || {
        census = Census::read(&calls);
        census.is_some()
    });
    let census = census.unwrap();
    assert_eq!(census.tcp.get(&place.to_string()), Some(&8), "{census:?}");
    assert_eq!(census.udp.keys().collect::<Vec<_>>(), ["9"]);
    assert!(census.tcp.contains_key("127.0.0.1:7"), "what is sent without an address was connected before: {census:?}");
    for name in [format!("{}", file.display()), format!("{} of Jeanne", file.display())] {
        assert!(census.written.contains(&name), "{name} in {:?}", census.written);
    }
    assert!(census.strange.iter().any(|call| call.starts_with("execve(")), "{:?}", census.strange);
    let said = String::from_utf8_lossy(&census.raw);
    for text in ["into a file", "over TCP", "over UDP", "over UDP again", "as an argument"] {
        assert!(said.contains(text), "{text}");
    }
}

/// Whether calls of the kernel can be looked at here.
fn can_look() -> bool {
    let output = Command::new("strace").args(["-o", "/dev/null", "true"]).output();
    // `cargo xtask check` installs it.
    let must = cfg!(target_os = "linux") && std::env::var_os("CI").is_some_and(|value| value == "true");
    assert!(output.is_ok() || !must, "strace is missing");
    let can = output.is_ok_and(|output| output.status.success());
    if !can {
        eprintln!("strace is missing, or may not look: it is not shown that the recordings are all there is");
    }
    can
}

/// What the kernel saw of the first shop's node: it wrote to no place and opened no file but those that are recorded, and as
/// much went into TCP as the recorders took.
fn census(town: &Town) -> Census {
    let mut census = None;
    eventually("the calls are written down", || {
        census = Census::read(&town.calls());
        census.is_some()
    });
    let census = census.unwrap();
    assert_eq!(census.strange, Vec::<String>::new());
    let taken = |channels: &[&str]| channels.iter().map(|channel| town.tape.sizes()[*channel].1 as u64).sum::<u64>();
    let (hook, callers) = (town.hook.to_string(), format!("{CALLERS}:"));
    let others: Vec<String> = town.others.iter().map(SocketAddr::to_string).collect();
    let (mut answered, mut posted) = (0, 0);
    for (place, bytes) in &census.tcp {
        match place {
            place if place.starts_with(&callers) => answered += bytes,
            place if *place == hook => posted += bytes,
            place => assert!(others.contains(place), "{bytes} bytes to {place}, where nobody records"),
        }
    }
    // The last of it may be on its way to a recorder yet.
    eventually("the recorders have taken as much as the kernel was given, and no more", || {
        (answered, posted) == (taken(&[TO_TILL, TO_ANYBODY, TO_WATCHER]), taken(&[POSTED]))
    });
    let recorders: BTreeSet<String> = town.quic.iter().map(|at| at.port().to_string()).collect();
    assert_eq!(census.udp.keys().cloned().collect::<BTreeSet<_>>(), recorders);
    let (folder, log) = (town.desk.path("store-1"), town.log(1));
    let own = |name: &str| Path::new(name).starts_with(&folder);
    assert!(census.written.iter().any(|name| name.ends_with("ronde.sqlite-wal")), "{:?}", census.written);
    assert_eq!(census.written.iter().filter(|name| !own(name)).collect::<Vec<_>>(), Vec::<&String>::new());
    // Standard output, and what the runtime wakes itself with.
    let within = ["pipe:[", "anon_inode:[eventfd", "UNIX-STREAM:["];
    let is_known = |name: &&String| own(name) || Path::new(name) == log || within.iter().any(|it| name.starts_with(it));
    assert_eq!(census.others.iter().filter(|name| !is_known(name)).collect::<Vec<_>>(), Vec::<&String>::new());
    census
}
