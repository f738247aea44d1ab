//! The `ronde` command in a folder of its own, with nothing of the caller's environment.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder in which commands run.
pub struct Desk {
    folder: TempDir,
}

/// How a command ended.
pub struct Said {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Said {
    /// The object that `--json` prints.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }

    /// Insists on success.
    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{}\n{}", self.out, self.err);
        self
    }

    /// Insists on a failure that says these things.
    pub fn refused(self, words: &[&str]) -> Self {
        assert_eq!(self.code, 2, "{}\n{}", self.out, self.err);
        let lines: Vec<&str> = self.err.lines().collect();
        assert!(lines.iter().any(|line| line.starts_with("failed: ")), "{}", self.err);
        assert!(lines.iter().any(|line| line.starts_with("fault:  ")), "{}", self.err);
        assert!(lines.iter().any(|line| line.starts_with("to do:  ")), "{}", self.err);
        for word in words {
            assert!(self.err.contains(word), "no {word:?} in:\n{}", self.err);
        }
        self
    }
}

impl Desk {
    /// An empty one.
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// Starts the node of a store's folder and waits until it is ready. With a fault it may die before.
    pub fn node(&self, store: usize, settings: &[(&str, &str)], fault: Option<&str>) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ronde"));
        command.args(["node", "--config"]).arg(self.path(&format!("store-{store}/ronde.toml"))).env_clear();
        command.envs(settings.iter().copied());
        command.envs(fault.map(|fault| ("RONDE_FAULT", fault)));
        command.stdout(Stdio::piped()).stderr(Stdio::null()).stdin(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("ready") {
            line.clear();
            if said.read_line(&mut line).unwrap() == 0 {
                assert!(fault.is_some(), "store {store} does not start");
                break;
            }
        }
        // Whatever else it says goes nowhere, but its pipe stays open.
        std::thread::spawn(move || drop(std::io::copy(&mut said, &mut std::io::sink())));
        child
    }

    /// A file or folder on it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs `ronde`, words divided at spaces.
    pub fn ronde(&self, line: &str) -> Said {
        self.run(line.split_whitespace(), &[])
    }

    /// The same with environment variables.
    pub fn with(&self, variables: &[(&str, &str)], line: &str) -> Said {
        self.run(line.split_whitespace(), variables)
    }

    /// The same with words that may hold spaces.
    pub fn run<'a>(&self, words: impl IntoIterator<Item = &'a str>, variables: &[(&str, &str)]) -> Said {
        let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_ronde"))
            .args(words)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Said { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
    }

    /// Puts a text in place of another, which must be there.
    pub fn edit(&self, name: &str, from: &str, to: &str) {
        let path = self.path(name);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "no {from:?} in {name}:\n{text}");
        std::fs::write(path, text.replace(from, to)).unwrap();
    }

    /// Three stewards `alice.key`, `bob.key`, `carol.key` and `plan.toml`, which two of them must sign.
    pub fn begin(&self) {
        let keys = ["alice", "bob", "carol"].map(|name| self.steward(name));
        let [alice, bob, carol] = &keys;
        self.run(
            [
                "charter",
                "new",
                "--name",
                "Coop d'ici",
                "--steward",
                alice,
                "--steward",
                bob,
                "--steward",
                carol,
                "--threshold",
                "2",
                "--out",
                "plan.toml",
            ],
            &[],
        )
        .ok();
    }

    /// Makes a steward's key file and says the public key.
    pub fn steward(&self, name: &str) -> String {
        let said = self.ronde(&format!("charter steward --json --out {name}.key")).ok();
        said.json()["public_key"].as_str().unwrap().to_owned()
    }

    /// Folder `store-N` with seat N-1 of keyset 1.
    pub fn store(&self, number: u8) {
        let seat = number - 1;
        self.ronde(&format!(
            "init --dir store-{number} --store {number} --name Shop{number} --plan plan.toml --witness 1:{seat} \
             --quic 127.0.0.1:714{number} --http http://127.0.0.1:814{number}"
        ))
        .ok();
    }

    /// `000001.charter` of stores 1 to 4, unsigned.
    pub fn draft(&self) -> Said {
        self.ronde(&format!("charter new --plan plan.toml {} --out 000001.charter", cards(&[1, 2, 3, 4])))
    }

    /// A federation of four stores whose charter is signed and installed in store 1.
    pub fn found(&self) {
        self.begin();
        (1..=4).for_each(|number| self.store(number));
        self.draft().ok();
        for name in ["alice", "bob"] {
            self.ronde(&format!("charter sign --key {name}.key 000001.charter")).ok();
        }
        self.ronde("charter install --config store-1/ronde.toml 000001.charter").ok();
    }
}

/// `--card` for each of these stores.
pub fn cards(stores: &[u8]) -> String {
    stores.iter().map(|number| format!("--card store-{number}/store.card ")).collect()
}

/// A file's permission bits.
pub fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// A node that answers so to the first line of each request, or hangs up.
pub fn serve(listener: &TcpListener, mut answer: impl FnMut(&str) -> Option<Value> + Send + 'static) {
    serve_as(listener, move |asked| answer(asked).map(|body| ("200 OK", body.to_string())));
}

/// A web server that has none of what it is asked for.
pub fn serve_nothing(listener: &TcpListener) {
    serve_as(listener, |_| Some(("404 Not Found", String::new())));
}

fn serve_as(listener: &TcpListener, mut answer: impl FnMut(&str) -> Option<(&'static str, String)> + Send + 'static) {
    let listener = listener.try_clone().unwrap();
    // Never joined: it waits for the next question until the test ends.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
            let asked = lines.next().unwrap_or_default();
            lines.take_while(|line| !line.is_empty()).for_each(drop);
            let Some((status, body)) = answer(&asked) else { continue };
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
                 Connection: close\r\n\r\n"
            );
            stream.write_all((head + &body).as_bytes()).unwrap();
        }
    });
}
