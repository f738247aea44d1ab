//! Where charter and logs come from: nodes, or files that hold what nodes answered.
//!
//! A saved log is the node's answers, one JSON object per line, with the keyset added. So a file and a node are read by
//! the same code, and neither is believed.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ronde_protocol::limits::MAX_MESSAGE_BYTES;
use ronde_protocol::machine::audit::WitnessLog;
use ronde_protocol::message::charter::{Charter, CharterChain, Keyset, SignedCharter};
use ronde_protocol::message::codec::{Decode, Encode, decode, encode};
use ronde_protocol::message::head::Head;
use ronde_protocol::message::ids::KeysetId;
use serde::{Deserialize, Serialize};
use ureq::Agent;

use super::AuditArgs;
use crate::charter_store::{CharterStore, CharterStoreError};
use crate::cli::charter::parse_federation;
use crate::cli::plural::counted;
use crate::cli::{Blame, Context, Failure};
use crate::wallet::Client;

const PATIENCE: Duration = Duration::from_secs(20);
/// Longest answer with a piece of a log, in bytes.
const MAX_PAGE: u64 = 4 << 20;
/// What a saved log's name ends with.
const EXTENSION: &str = "log";
/// Where the charter lies beside saved logs.
const CHARTER_FOLDER: &str = "charter";
/// Entries in one line of a saved log.
const LINE_ENTRIES: usize = 64;

/// A piece of a log as `GET /v1/log/KEYSET` gives it.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Page {
    #[serde(default)]
    keyset: Option<KeysetId>,
    head: String,
    entries: Vec<String>,
    /// The closing statement, once the log is frozen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    statement: Option<String>,
}

/// Why nothing came of a node or a file.
#[derive(Debug, thiserror::Error)]
enum BadSource {
    #[error("does not answer: {0}")]
    Unreachable(Box<ureq::Error>),
    #[error("answers with HTTP status {0}")]
    Status(u16),
    #[error("keeps no log of this keyset")]
    NoLog,
    #[error("breaks off: {0}")]
    Read(#[from] std::io::Error),
    #[error("says what is no log: {0}")]
    Shape(#[from] serde_json::Error),
    #[error("says what is no log: {0}")]
    Base64(#[from] base64::DecodeError),
    #[error("says what is no log: {0}")]
    Encoding(#[from] ronde_protocol::message::codec::BadEncoding),
    #[error("shows a log that ends before its head")]
    Short,
    #[error("shows pieces of more than one log")]
    Mixed,
}

#[derive(Debug)]
enum Origin {
    Nodes(Vec<String>),
    Folder(PathBuf),
}

/// What was read so far.
#[derive(Debug)]
pub(super) struct Source {
    origin: Origin,
    agent: Agent,
    /// By keyset; the names of nodes or files beside their logs.
    read: BTreeMap<KeysetId, (Vec<String>, Vec<WitnessLog>)>,
    trouble: BTreeMap<(KeysetId, String), String>,
}

/// The charter: from a folder, from beside saved logs, or from the first node that is named. All versions and the
/// newest.
pub(super) fn charter(args: &AuditArgs, context: &Context) -> Result<(Vec<SignedCharter>, Charter), Failure> {
    let beside = args.logs.as_ref().map(|logs| logs.join(CHARTER_FOLDER)).filter(|folder| folder.is_dir());
    let (chain, charter) = match (args.charter.as_ref().or(beside.as_ref()), args.node.first()) {
        (Some(folder), _) => {
            let store = CharterStore::load(folder)?;
            (store.versions().to_vec(), store.charter().clone())
        }
        (None, Some(node)) => {
            context.note(format!("the charter is what {node} shows"));
            let chain = Client::default().charter(node)?;
            let charter = CharterChain::walk(chain.clone(), None).map_err(CharterStoreError::from)?;
            (chain, charter)
        }
        (None, None) => {
            let fix = "say --charter FOLDER, or name a node with --node URL";
            return Err(Failure::new("an audit needs the federation's charter", Blame::You, fix));
        }
    };
    let wanted = args.federation.as_deref().map(parse_federation).transpose()?;
    if wanted.is_some_and(|wanted| wanted != *charter.federation()) {
        let what = format!("the charter is of federation {}", charter.federation());
        return Err(Failure::new(what, Blame::You, "take the charter of the right federation"));
    }
    context.note(format!("federation {}, charter version {}", charter.federation(), charter.version()));
    Ok((chain, charter))
}

impl Source {
    /// The nodes named; without any, the stores of the charter.
    pub(super) fn nodes(named: &[String], charter: &Charter) -> Result<Self, Failure> {
        let listed = charter.body().stores.iter().filter_map(|store| store.http.first()).map(ToString::to_string);
        let nodes: Vec<String> = if named.is_empty() { listed.collect() } else { named.to_vec() };
        if nodes.is_empty() {
            let fix = "name nodes with --node URL, or files with --logs DIR";
            return Err(Failure::new("no store of the charter has a web address", Blame::Stewards, fix));
        }
        let nodes = nodes.iter().map(|node| node.trim_end_matches('/').to_owned()).collect();
        Ok(Self::of(Origin::Nodes(nodes)))
    }

    /// A folder that `--save` wrote.
    pub(super) fn saved(folder: &Path) -> Self {
        Self::of(Origin::Folder(folder.to_owned()))
    }

    fn of(origin: Origin) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build();
        Self { origin, agent: config.new_agent(), read: BTreeMap::new(), trouble: BTreeMap::new() }
    }

    pub(super) fn is_live(&self) -> bool {
        matches!(self.origin, Origin::Nodes(_))
    }

    pub(super) fn logs(&self, keyset: KeysetId) -> &[WitnessLog] {
        self.read.get(&keyset).map_or(&[], |(_, logs)| logs.as_slice())
    }

    /// What went wrong with whom.
    pub(super) fn trouble(&self, keyset: KeysetId) -> Vec<String> {
        let own = self.trouble.iter().filter(|((of, _), _)| *of == keyset);
        own.map(|((_, name), what)| format!("{name} {what}")).collect()
    }

    /// Reads all logs of a keyset, or reads on.
    pub(super) fn read(&mut self, charter: &Charter, keyset: &Keyset, context: &Context) -> Result<(), Failure> {
        let names = match &self.origin {
            Origin::Nodes(nodes) => nodes.clone(),
            Origin::Folder(folder) => files(folder)?,
        };
        for name in names {
            let outcome = self.read_one(keyset, &name);
            let slot = (keyset.id(), name.clone());
            self.trouble.remove(&slot);
            match outcome {
                Ok(Some(log)) => {
                    let whose = keyset.member(log.head.index).and_then(|member| charter.store(member.store()));
                    let whose = whose.map_or_else(|| "nobody of the committee".to_owned(), |s| s.name.to_string());
                    context.note(format!("  {name}: {} of {whose}", counted(log.entries.len(), "entry", "entries")));
                    self.keep(keyset.id(), name, log);
                }
                // A store that is no witness has no log to show.
                Ok(None) | Err(BadSource::NoLog) => {}
                Err(error) => {
                    context.note(format!("  {name} {error}"));
                    self.trouble.insert(slot, error.to_string());
                }
            }
        }
        Ok(())
    }

    fn keep(&mut self, keyset: KeysetId, name: String, log: WitnessLog) {
        let (names, logs) = self.read.entry(keyset).or_default();
        match names.iter().position(|known| *known == name).and_then(|at| logs.get_mut(at)) {
            Some(known) => *known = log,
            None => {
                names.push(name);
                logs.push(log);
            }
        }
    }

    fn read_one(&self, keyset: &Keyset, name: &str) -> Result<Option<WitnessLog>, BadSource> {
        match &self.origin {
            Origin::Folder(_) => read_file(Path::new(name), keyset.id()),
            Origin::Nodes(_) => {
                let known = self.read.get(&keyset.id()).and_then(|(names, logs)| {
                    names.iter().position(|known| known == name).and_then(|at| logs.get(at)).cloned()
                });
                self.read_node(name, keyset.id(), known).map(Some)
            }
        }
    }

    fn read_node(&self, node: &str, keyset: KeysetId, known: Option<WitnessLog>) -> Result<WitnessLog, BadSource> {
        let mut gathered = Gathered(known);
        loop {
            let from = gathered.0.as_ref().map_or(0, |log| log.entries.len());
            let page = self.get(&format!("{node}/v1/log/{keyset}?from={from}"))?;
            gathered.add(page)?;
            match gathered.0 {
                Some(log) if is_whole(&log) => return Ok(log),
                Some(log) if log.entries.len() > from => gathered = Gathered(Some(log)),
                _ => return Err(BadSource::Short),
            }
        }
    }

    fn get(&self, url: &str) -> Result<Page, BadSource> {
        let mut response = self.agent.get(url).call().map_err(|error| BadSource::Unreachable(Box::new(error)))?;
        match response.status().as_u16() {
            200 => {}
            404 => return Err(BadSource::NoLog),
            other => return Err(BadSource::Status(other)),
        }
        let body = response.body_mut().with_config().limit(MAX_PAGE).reader();
        Ok(serde_json::from_reader(BufReader::new(body))?)
    }

    /// Writes the charter and every log that was read.
    pub(super) fn save(&self, folder: &Path, chain: &[SignedCharter]) -> Result<(), Failure> {
        std::fs::create_dir_all(folder).map_err(|error| Failure::file(folder, &error))?;
        save_charter(&folder.join(CHARTER_FOLDER), chain)?;
        for (keyset, (_, logs)) in &self.read {
            for (number, log) in (1..).zip(logs) {
                let file = folder.join(format!("keyset-{keyset}.{number}.witness-{}.{EXTENSION}", log.head.index));
                write_file(&file, *keyset, log).map_err(|error| Failure::file(&file, &error))?;
            }
        }
        Ok(())
    }
}

fn save_charter(folder: &Path, chain: &[SignedCharter]) -> Result<(), Failure> {
    let Some((first, later)) = chain.split_first() else { return Ok(()) };
    let mut store = match CharterStore::load(folder) {
        Ok(store) => store,
        Err(_) => CharterStore::create(folder, first.clone())?,
    };
    for version in core::iter::once(first).chain(later).skip(store.versions().len()) {
        store.add(version.clone())?;
    }
    Ok(())
}

/// A log that grows page by page.
struct Gathered(Option<WitnessLog>);

impl Gathered {
    fn add(&mut self, page: Page) -> Result<(), BadSource> {
        let head: Head = from_base64(&page.head)?;
        let log = self.0.get_or_insert_with(|| WitnessLog { head, entries: Vec::new(), heads: Vec::new() });
        if log.head.index != head.index {
            return Err(BadSource::Mixed);
        }
        if log.head != head {
            log.heads.push(log.head);
            log.head = head;
        }
        for entry in &page.entries {
            log.entries.push(from_base64(entry)?);
        }
        Ok(())
    }
}

/// Whether there are as many entries as the head says, or more (which is for the audit to refuse).
fn is_whole(log: &WitnessLog) -> bool {
    u64::try_from(log.entries.len()).unwrap_or(u64::MAX) >= log.head.size
}

fn from_base64<T: Decode<()> + Encode>(text: &str) -> Result<T, BadSource> {
    Ok(decode(&URL_SAFE_NO_PAD.decode(text)?, MAX_MESSAGE_BYTES)?)
}

fn files(folder: &Path) -> Result<Vec<String>, Failure> {
    let failed = |error: std::io::Error| Failure::file(folder, &error);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == EXTENSION) {
            found.push(path.to_string_lossy().into_owned());
        }
    }
    found.sort();
    if found.is_empty() {
        let what = format!("there is no log in {}", folder.display());
        return Err(Failure::new(what, Blame::You, "name the folder that `ronde audit --save` wrote"));
    }
    Ok(found)
}

fn read_file(file: &Path, keyset: KeysetId) -> Result<Option<WitnessLog>, BadSource> {
    let mut gathered = Gathered(None);
    for line in BufReader::new(File::open(file)?).lines() {
        let page: Page = serde_json::from_str(&line?)?;
        if page.keyset != Some(keyset) {
            return Ok(None);
        }
        gathered.add(page)?;
    }
    Ok(gathered.0)
}

/// All heads that were seen, oldest first, the newest with all entries.
fn write_file(file: &Path, keyset: KeysetId, log: &WitnessLog) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(file)?);
    let text = |head: &Head| URL_SAFE_NO_PAD.encode(encode(head));
    let mut line = |head: &Head, entries: Vec<String>| -> std::io::Result<()> {
        let page = Page { keyset: Some(keyset), head: text(head), entries, statement: None };
        writeln!(out, "{}", serde_json::to_string(&page)?)
    };
    log.heads.iter().try_for_each(|head| line(head, Vec::new()))?;
    line(&log.head, Vec::new())?;
    for entries in log.entries.chunks(LINE_ENTRIES) {
        line(&log.head, entries.iter().map(|entry| URL_SAFE_NO_PAD.encode(encode(entry))).collect())?;
    }
    out.flush()
}
