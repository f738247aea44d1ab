//! Where charter and logs come from: nodes, or files that hold what nodes answered.
//!
//! A saved log is the node's answers, one JSON object per line, with the keyset added. What nodes answer is written so into
//! temporary files first: a log may be longer than memory. So a file and a node are read by the same code, and neither is
//! believed.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ronde_protocol::message::charter::{Charter, CharterChain, Keyset, SignedCharter};
use ronde_protocol::message::head::Head;
use ronde_protocol::message::ids::{KeysetId, WitnessIndex};
use tempfile::TempDir;
use ureq::Agent;

use super::AuditArgs;
use super::page::{BadSource, MAX_PAGE, Page, ROOM_PER_ENTRY, from_base64};
use super::stream::Outcome;
use crate::charter_store::{CharterStore, CharterStoreError};
use crate::cli::charter::parse_federation;
use crate::cli::plural::counted;
use crate::cli::{Blame, Context, Failure};
use crate::wallet::Client;

const PATIENCE: Duration = Duration::from_secs(20);
/// What a saved log's name ends with.
const EXTENSION: &str = "log";
/// Where the charter lies beside saved logs.
const CHARTER_FOLDER: &str = "charter";

#[derive(Debug)]
enum Origin {
    /// Of each node its web addresses.
    Nodes(Vec<Vec<String>>),
    Folder(PathBuf),
}

/// What a node answered so far.
#[derive(Debug)]
struct Spooled {
    /// The address that answered last.
    from: String,
    file: PathBuf,
    entries: u64,
    index: WitnessIndex,
}

/// What was read so far.
#[derive(Debug)]
pub(super) struct Source {
    origin: Origin,
    agent: Agent,
    /// Most entries that are read of one node's log.
    max: u64,
    /// Where answers are written.
    spool: TempDir,
    /// By keyset and node, as its place among all.
    read: BTreeMap<(KeysetId, usize), Spooled>,
    /// By keyset and address.
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
    /// The nodes named; without any, the stores of the charter, each with all its addresses.
    pub(super) fn nodes(named: &[String], charter: &Charter, temp: &Path, max: u64) -> Result<Self, Failure> {
        let bare = |address: &str| address.trim_end_matches('/').to_owned();
        let nodes: Vec<Vec<String>> = if named.is_empty() {
            let stores = charter.body().stores.iter().filter(|store| !store.http.is_empty());
            stores.map(|store| store.http.iter().map(|address| bare(address.as_str())).collect()).collect()
        } else {
            named.iter().map(|node| vec![bare(node)]).collect()
        };
        if nodes.is_empty() {
            let fix = "name nodes with --node URL, or files with --logs DIR";
            return Err(Failure::new("no store of the charter has a web address", Blame::Stewards, fix));
        }
        Self::of(Origin::Nodes(nodes), temp, max)
    }

    /// A folder that `--save` wrote.
    pub(super) fn saved(folder: &Path, temp: &Path) -> Result<Self, Failure> {
        Self::of(Origin::Folder(folder.to_owned()), temp, 0)
    }

    fn of(origin: Origin, temp: &Path, max: u64) -> Result<Self, Failure> {
        let config = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build();
        let spool = tempfile::Builder::new().prefix("ronde-audit-").tempdir_in(temp);
        let spool = spool.map_err(|error| Failure::file(temp, &error))?;
        Ok(Self { origin, agent: config.new_agent(), max, spool, read: BTreeMap::new(), trouble: BTreeMap::new() })
    }

    pub(super) fn is_live(&self) -> bool {
        matches!(self.origin, Origin::Nodes(_))
    }

    /// A folder for what is of no use after the audit.
    pub(super) fn temp(&self) -> &Path {
        self.spool.path()
    }

    /// What went wrong with whom.
    pub(super) fn trouble(&self, keyset: KeysetId) -> Vec<String> {
        let own = self.trouble.iter().filter(|((of, _), _)| *of == keyset);
        own.map(|((_, name), what)| format!("{name} {what}")).collect()
    }

    /// The logs of a keyset, by name; from nodes as far as they go now.
    pub(super) fn read(&mut self, keyset: KeysetId, context: &Context) -> Result<Vec<(String, PathBuf)>, Failure> {
        let nodes = match &self.origin {
            Origin::Nodes(nodes) => nodes.clone(),
            Origin::Folder(folder) => return files(folder),
        };
        for (node, addresses) in nodes.iter().enumerate() {
            self.read_node(node, addresses, keyset, context);
        }
        let own = self.read.iter().filter(|((of, _), _)| *of == keyset);
        Ok(own.map(|(_, spooled)| (spooled.from.clone(), spooled.file.clone())).collect())
    }

    /// Asks a node at each of its addresses in turn, until one shows its log.
    fn read_node(&mut self, node: usize, addresses: &[String], keyset: KeysetId, context: &Context) {
        for address in addresses {
            self.trouble.remove(&(keyset, address.clone()));
        }
        for address in addresses {
            match self.read_on(node, address, keyset) {
                Ok(()) => {
                    for address in addresses {
                        self.trouble.remove(&(keyset, address.clone()));
                    }
                    return;
                }
                // A store that is no witness has no log to show; nor has whoever has an old address of a store now.
                Err(BadSource::NoLog) => {}
                Err(error) => self.note(keyset, address, &error, context),
            }
        }
    }

    /// What came of the logs that were read.
    pub(super) fn told(
        &mut self,
        (charter, keyset): (&Charter, &Keyset),
        logs: &[(String, PathBuf)],
        outcomes: &[Outcome],
        context: &Context,
    ) {
        for ((name, _), outcome) in logs.iter().zip(outcomes) {
            match outcome {
                Outcome::Read { entries, head } => {
                    let whose = keyset.member(head.index).and_then(|member| charter.store(member.store()));
                    let whose = whose.map_or_else(|| "nobody of the committee".to_owned(), |s| s.name.to_string());
                    let entries = counted(*entries, "entry", "entries");
                    context.note(format!("  {name}: {entries} of {whose}"));
                }
                Outcome::Other => {}
                Outcome::Bad(error) => self.note(keyset.id(), name, error, context),
            }
        }
    }

    fn note(&mut self, keyset: KeysetId, name: &str, error: &BadSource, context: &Context) {
        context.note(format!("  {name} {error}"));
        self.trouble.insert((keyset, name.to_owned()), error.to_string());
    }

    /// Reads on where the last reading stopped. What breaks off changes nothing.
    fn read_on(&mut self, node: usize, address: &str, keyset: KeysetId) -> Result<(), BadSource> {
        let slot = (keyset, node);
        let known = self.read.get(&slot);
        let number = self.read.len();
        let file = known.map_or_else(|| self.spool.path().join(number.to_string()), |spooled| spooled.file.clone());
        let (mut entries, mut index) = (known.map_or(0, |known| known.entries), known.map(|known| known.index));
        let mut out = OpenOptions::new().create(true).truncate(false).write(true).open(&file)?;
        let before = out.seek(SeekFrom::End(0))?;
        let mut out = BufWriter::new(out);
        let whole = self.copy(address, keyset, &mut entries, &mut index, &mut out);
        let out = out.into_inner().map_err(|error| error.into_error())?;
        let Some(index) = index.filter(|_| whole.is_ok()) else {
            out.set_len(before)?;
            return whole;
        };
        self.read.insert(slot, Spooled { from: address.to_owned(), file, entries, index });
        Ok(())
    }

    /// No node is believed how long its log is: what is written is bounded.
    fn copy(
        &self,
        address: &str,
        keyset: KeysetId,
        entries: &mut u64,
        index: &mut Option<WitnessIndex>,
        out: &mut BufWriter<File>,
    ) -> Result<(), BadSource> {
        let room = self.max.saturating_mul(ROOM_PER_ENTRY).saturating_add(MAX_PAGE);
        loop {
            let page = self.get(&format!("{address}/v1/log/{keyset}?from={entries}"))?;
            let head: Head = from_base64(&page.head)?;
            if *index.get_or_insert(head.index) != head.index {
                return Err(BadSource::Mixed);
            }
            if head.size > self.max {
                return Err(BadSource::TooMany { size: head.size, max: self.max });
            }
            let more = u64::try_from(page.entries.len()).unwrap_or(u64::MAX);
            serde_json::to_writer(&mut *out, &Page { keyset: Some(keyset), ..page })?;
            out.write_all(b"\n")?;
            if out.stream_position()? > room {
                return Err(BadSource::TooBig { room });
            }
            *entries = entries.saturating_add(more);
            // More entries than the head says are for the audit to refuse.
            if *entries >= head.size {
                return Ok(());
            }
            if more == 0 {
                return Err(BadSource::Short);
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
        for (number, ((keyset, _), log)) in (1..).zip(&self.read) {
            let file = folder.join(format!("keyset-{keyset}.{number}.witness-{}.{EXTENSION}", log.index));
            std::fs::copy(&log.file, &file).map_err(|error| Failure::file(&file, &error))?;
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

fn files(folder: &Path) -> Result<Vec<(String, PathBuf)>, Failure> {
    let failed = |error: std::io::Error| Failure::file(folder, &error);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == EXTENSION) {
            found.push((path.to_string_lossy().into_owned(), path));
        }
    }
    found.sort();
    if found.is_empty() {
        let what = format!("there is no log in {}", folder.display());
        return Err(Failure::new(what, Blame::You, "name the folder that `ronde audit --save` wrote"));
    }
    Ok(found)
}
