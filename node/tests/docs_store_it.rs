//! `docs/store-it.md`: its commands are typed in order, from an empty folder to a copy that was put back; and what its units of
//! systemd say of the program.
//!
//! Three things are not as on the page: folders lie below a passing one, as the system's are not the test's to change; `sudo`
//! only runs what follows its options; and `systemctl` starts and stops what the unit's `ExecStart` says.

#[allow(dead_code, reason = "a part of it is the README's")]
mod readme_support;

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use readme_support::page::Player;

/// What the page's `sudo` and `systemctl` are here.
const STAND_INS: &str = r#"
sudo() { while [[ $1 == -* ]]; do shift 2; done; "$@"; }
install() { local words=(); while (($#)); do case $1 in -o | -g) shift ;; *) words+=("$1") ;; esac; shift; done
            command install "${words[@]}"; }
systemctl() { case "$*" in
  'enable --now ronde' | 'start ronde') $EXEC_START > node.log 2>&1 & NODE=$!
      until grep -q '^ready ' node.log; do kill -0 $NODE || { cat node.log; return 1; }; sleep 0.1; done ;;
  'stop ronde') kill $NODE; wait $NODE ;;
  *) echo "the test knows no systemctl $*"; return 1 ;;
esac; }
"#;

/// What the stewards do between the page's two parts.
const STEWARDS: &[&str] = &[
    "command ronde charter new --plan plan.toml --card var/lib/ronde/store.card --out 000001.charter",
    "command ronde charter sign --key steward.key 000001.charter",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The values of a unit's setting, in order.
fn said<'a>(unit: &'a str, key: &str) -> Vec<&'a str> {
    unit.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('=')).collect()
}

/// A certificate for the page's name, where the page has its hook put it.
fn certify(secrets: &Path) {
    std::fs::create_dir_all(secrets).unwrap();
    let made = rcgen::generate_simple_self_signed(["bakery.example".to_owned()]).unwrap();
    let key = secrets.join("key.pem");
    std::fs::write(secrets.join("fullchain.pem"), made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    std::fs::set_permissions(key, std::fs::Permissions::from_mode(0o600)).unwrap();
}

/// A shell in which the page's folders and program are where the test has them.
fn player() -> Player {
    let mut player = Player::new();
    let folder = player.folder().to_owned();
    let below = |name: &str| format!("{}{name}", folder.display());
    for name in ["/etc/profile.d", "/var/backups/ronde"] {
        std::fs::create_dir_all(below(name)).unwrap();
    }
    certify(Path::new(&below("/var/lib/ronde/secrets")));
    player.swap("/usr/local/bin/ronde", env!("CARGO_BIN_EXE_ronde"));
    player.swap("/var/", &below("/var/"));
    player.swap("/etc/", &below("/etc/"));
    player.run(STAND_INS);
    let start = said(&read("ops/ronde.service"), "ExecStart")[0].to_owned();
    player.run(&format!("EXEC_START='{start}'"));
    // As the ports of the page are others' here, and only root has the first 1024.
    player.run("export RONDE_HTTP_LISTEN=127.0.0.1:8141 RONDE_QUIC_LISTEN=127.0.0.1:7141");
    player
}

#[test]
fn a_shop_is_made_run_and_put_back_as_the_page_says() {
    let page = read("docs/store-it.md");
    let mut player = player();
    player.run("command ronde charter steward --out steward.key > steward.pub");
    player.run("command ronde charter new --name Halles --steward \"$(head -n 1 steward.pub)\" --out plan.toml");
    let mut commands = player.play(&page, "console init");
    STEWARDS.iter().for_each(|line| player.run(line));
    commands += player.play(&page, "console run");
    assert!(commands > 18, "the blocks are marked otherwise: only {commands} commands were found");
}

#[test]
fn the_units_fit_the_page_and_each_other() {
    let (page, unit) = (read("docs/store-it.md"), read("ops/ronde.service"));
    let (backup, timer) = (read("ops/ronde-backup.service"), read("ops/ronde-backup.timer"));
    assert_eq!(said(&unit, "ExecStart"), ["/usr/local/bin/ronde node --config /var/lib/ronde/ronde.toml"]);
    assert_eq!((said(&unit, "Type"), said(&unit, "StateDirectory")), (vec!["notify"], vec!["ronde"]));
    // A copy can be made while the node runs, by the same user, where the page makes a folder for it.
    assert_eq!(said(&backup, "User"), said(&unit, "User"));
    assert!(said(&backup, "ExecStart")[0].contains("/usr/local/bin/ronde backup --config /var/lib/ronde/ronde.toml"));
    assert_eq!(said(&backup, "ReadWritePaths"), ["/var/lib/ronde /var/backups/ronde"]);
    assert_eq!(said(&timer, "OnCalendar").len(), 1);
    for name in ["ronde.service", "ronde-backup.service", "ronde-backup.timer"] {
        assert!(page.contains(&format!("ops/{name}")), "the page installs no {name}");
    }
    // As many files as the most connections need that the configuration takes, with what else is open.
    let files: u64 = said(&unit, "LimitNOFILE")[0].parse().unwrap();
    assert!(files >= 16_384 + 512);
}

/// Where systemd is at hand it reads the units itself: a word that it does not know is one that nobody is protected by.
#[test]
fn systemd_understands_the_units() {
    let Ok(version) = std::process::Command::new("systemd-analyze").arg("--version").output() else { return };
    assert!(version.status.success());
    let folder = tempfile::tempdir().unwrap();
    let read_by_systemd = |edit: &dyn Fn(&str) -> String| {
        let mut command = std::process::Command::new("systemd-analyze");
        command.arg("verify");
        for name in ["ronde.service", "ronde-backup.service", "ronde-backup.timer"] {
            let mut text =
                edit(&read(&format!("ops/{name}")).replace("/usr/local/bin/ronde", env!("CARGO_BIN_EXE_ronde")));
            writeln!(text).unwrap();
            std::fs::write(folder.path().join(name), text).unwrap();
            command.arg(folder.path().join(name));
        }
        let output = command.output().unwrap();
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    };
    let ours = |said: &str| said.lines().filter(|line| line.contains("ronde")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(ours(&read_by_systemd(&str::to_owned)), [""; 0]);
    let misspelt = |text: &str| text.replace("ProtectHome=", "ProtectHouse=");
    assert!(!ours(&read_by_systemd(&misspelt)).is_empty(), "the control: a misspelt setting");
}
