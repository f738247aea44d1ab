//! The manager's password and the node's certificate from the command line, and a real node that speaks HTTPS.

use crate::cli_support;

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use cli_support::{Desk, mode};
use rcgen::{CertificateParams, KeyPair};
use ronde_node::password::{is_right, stored};
use ronde_node::secret_file;

fn is_managers(desk: &Desk, password: &str) -> bool {
    is_right(password, stored(&desk.path("store-1/secrets/manager.hash")).unwrap().as_deref())
}

/// What stands behind the colon of the line that shows it.
fn shown(out: &str) -> Option<&str> {
    out.lines().find_map(|line| line.strip_prefix("The manager's password, shown this once: "))
}

const INIT: &str = "init --dir store-1 --store 1 --name Shop1 --plan plan.toml --http http://127.0.0.1:8141";

/// TILL-8.
#[test]
fn init_makes_a_password_once_and_the_manager_can_set_another() {
    let desk = Desk::new();
    desk.begin();
    let said = desk.ronde(INIT).ok();
    let first = shown(&said.out).unwrap_or_else(|| panic!("{}", said.out)).to_owned();
    assert!(is_managers(&desk, &first));
    assert_eq!(mode(&desk.path("store-1/secrets/manager.hash")), 0o600);
    let again = desk.ronde(INIT).ok();
    assert_eq!(shown(&again.out), None, "it stays: {}", again.out);
    assert!(is_managers(&desk, &first));

    let said = desk.ronde("manager password --config store-1/ronde.toml").ok();
    let second = shown(&said.out).unwrap();
    assert!(is_managers(&desk, second) && !is_managers(&desk, &first));

    secret_file::write_new(&desk.path("chosen"), b"correct horse battery\n").unwrap();
    let said = desk.ronde("manager password --file chosen --config store-1/ronde.toml").ok();
    assert_eq!(shown(&said.out), None);
    assert!(is_managers(&desk, "correct horse battery"));
    secret_file::write_new(&desk.path("short"), b"short\n").unwrap();
    desk.ronde("manager password --file short --config store-1/ronde.toml").refused(&["12 to 200 bytes"]);
    assert!(is_managers(&desk, "correct horse battery"));
}

#[test]
fn init_takes_a_password_that_was_chosen() {
    let desk = Desk::new();
    desk.begin();
    secret_file::write_new(&desk.path("chosen"), b"correct horse battery\n").unwrap();
    let said = desk.ronde(&format!("{INIT} --manager-password-file chosen --json")).ok();
    assert!(said.json()["manager_password"].is_null());
    assert!(is_managers(&desk, "correct horse battery"));
}

/// A certificate of the desk's own for this name, until this year.
fn certify(desk: &Desk, name: &str, year: i32) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.not_after = rcgen::date_time_ymd(year, 5, 1);
    let certificate = params.self_signed(&key).unwrap();
    std::fs::write(desk.path("cert.pem"), certificate.pem()).unwrap();
    secret_file::replace(&desk.path("key.pem"), key.serialize_pem().as_bytes()).unwrap();
}

/// A federation whose store 1 is to be found at an address of its own, and names a certificate.
fn founded(address: &str) -> Desk {
    let desk = Desk::new();
    certify(&desk, "bakery.example", 2090);
    desk.begin();
    let tls = "--certificate cert.pem --private-key key.pem";
    let at = "--witness 1:0 --quic 127.0.0.1:7141";
    desk.ronde(&format!("init --dir store-1 --store 1 --name Shop1 --plan plan.toml {at} --http {address} {tls}")).ok();
    (2..=4).for_each(|number| desk.store(number));
    desk.draft().ok();
    for name in ["alice", "bob"] {
        desk.ronde(&format!("charter sign --key {name}.key 000001.charter")).ok();
    }
    desk.ronde("charter install --config store-1/ronde.toml 000001.charter").ok();
    desk
}

/// TILL-16.
#[test]
fn config_check_looks_at_the_certificate() {
    let desk = founded("https://bakery.example");
    let check = || desk.ronde("config check --config store-1/ronde.toml");
    check().ok();
    certify(&desk, "bakery.example", 2020);
    let said = check();
    assert_eq!(said.code, 1);
    assert!(said.out.contains("ended at 2020-05-01"), "{}", said.out);
    certify(&desk, "other.example", 2090);
    let said = check();
    assert_eq!(said.code, 1);
    assert!(said.out.contains("not for bakery.example"), "{}", said.out);
    let key = std::fs::read(desk.path("key.pem")).unwrap();
    certify(&desk, "bakery.example", 2090);
    secret_file::replace(&desk.path("key.pem"), &key).unwrap();
    check().refused(&["do not go together", "made together"]);
    std::fs::remove_file(desk.path("store-1/secrets/manager.hash")).unwrap();
    certify(&desk, "bakery.example", 2090);
    let said = check();
    assert_eq!(said.code, 1);
    assert!(said.out.contains("`ronde manager password`"), "{}", said.out);
}

/// A node of its own process, ended with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A free port. Another process could take it before the node does; then the test says so.
fn free() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn a_node_speaks_https_and_the_commands_of_its_machine_find_it() {
    let desk = founded("https://bakery.example");
    let port = free();
    // Not a port for which one has to be root.
    desk.edit("store-1/ronde.toml", "listen = \"0.0.0.0:443\"", &format!("listen = \"0.0.0.0:{port}\""));
    desk.edit("store-1/ronde.toml", "listen = \"127.0.0.1:7141\"", "listen = \"127.0.0.1:0\"");
    let mut command = Command::new(env!("CARGO_BIN_EXE_ronde"));
    command.args(["node", "--config", "store-1/ronde.toml"]).current_dir(desk.path(".")).stdout(Stdio::piped());
    let mut node = Running(command.stderr(Stdio::null()).spawn().unwrap());
    let mut ready = String::new();
    BufReader::new(node.0.stdout.take().unwrap()).read_line(&mut ready).unwrap();
    assert!(ready.starts_with("ready "), "{ready}");
    let add = "till add counter --scope grant,refund --cap-grant 20 --cap-day 50 --out till.token --config store-1/ronde.toml";
    desk.ronde(add).ok();
    desk.ronde("till grant 20 --token-file till.token --config store-1/ronde.toml").ok();
    desk.ronde("till grant 21 --token-file till.token --config store-1/ronde.toml").refused(&["at most 20 points"]);
    desk.ronde("till grant 20 --token-file till.token --config store-1/ronde.toml").ok();
    let listed = desk.ronde("till list --config store-1/ronde.toml").ok().out;
    assert!(listed.contains("counter: grant, refund") && listed.contains("gave 40 points today of 50"), "{listed}");
    let status = desk.ronde("status --config store-1/ronde.toml");
    assert!(status.out.contains("gave away four fifths"), "{}\n{}", status.out, status.err);
    // What goes to the own node goes to no proxy: the token is in it.
    let trap = TcpListener::bind("127.0.0.1:0").unwrap();
    trap.set_nonblocking(true).unwrap();
    let proxy = format!("http://{}", trap.local_addr().unwrap());
    for command in ["till list", "status"] {
        let mut ronde = Command::new(env!("CARGO_BIN_EXE_ronde"));
        ronde.args(command.split(' ')).args(["--config", "store-1/ronde.toml"]).current_dir(desk.path("."));
        for name in ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"] {
            ronde.env(name, &proxy);
        }
        let said = ronde.output().unwrap();
        assert!(!said.stdout.is_empty(), "{}", String::from_utf8_lossy(&said.stderr));
    }
    assert!(trap.accept().is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock), "the proxy was asked");
    // Elsewhere nobody takes a certificate that no authority signed.
    let refused = desk.ronde(&format!("status --node https://localhost:{port}"));
    assert_eq!(refused.code, 2, "{}", refused.out);
}
