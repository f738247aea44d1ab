//! `ronde audit`: replays the witnesses' logs, checks what must hold, and names who cheated.
//!
//! Nothing that a node says is believed: the charter is walked from its genesis, a log counts if its witness signed it,
//! and every accusation is written out so that anyone can check it without a network.

mod came;
pub(super) mod exhibits;
mod page;
mod progress;
mod reader;
mod say;
mod shelf;
mod source;
mod stream;
mod work;

use std::path::{Path, PathBuf};

use clap::Args;
use ronde_protocol::machine::audit::{AuditError, Breach, Report, Verdict, moved_too_much};
use ronde_protocol::message::charter::{Charter, Keyset};
use ronde_protocol::message::ids::KeysetId;
use serde_json::json;

use super::{Blame, Context, Exit, Failure};
use came::Came;
use source::Source;

/// How often nodes are asked to read on, if what they showed does not add up (BOOKS-19): payments go on while logs are
/// read one after the other, and then a coin's spending can be in one log while its making is not yet in another.
const READINGS: usize = 3;

/// `ronde audit`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub struct AuditArgs {
    /// A node to ask, once for each; without it, all stores of the charter (--charter) that have a web address
    #[arg(long, value_name = "URL")]
    node: Vec<String>,
    /// The folder with the charter; without it, the first node is asked for its own
    #[arg(long, value_name = "FOLDER")]
    charter: Option<PathBuf>,
    /// The federation that the charter must be of
    #[arg(long, value_name = "ID")]
    federation: Option<String>,
    /// Read logs that --save wrote, and ask no node
    #[arg(long, value_name = "DIR", conflicts_with_all = ["node", "save"])]
    logs: Option<PathBuf>,
    /// Keep the charter and the logs that were read in this folder
    #[arg(long, value_name = "DIR")]
    save: Option<PathBuf>,
    /// Where to keep what is compared while the audit runs: about a fifth of the logs' size, and as much as the logs if
    /// nodes are asked; without it, the system's folder for temporary files
    #[arg(long, value_name = "DIR")]
    temp: Option<PathBuf>,
    /// Most entries that are read of one node's log: a node that says it has more is refused, as it could fill the disk
    #[arg(long, value_name = "ENTRIES", default_value_t = page::MAX_ENTRIES, conflicts_with = "logs")]
    max: u64,
    /// Bytes of the logs that are read at a time
    #[arg(long, value_name = "BYTES", default_value_t = stream::ROUND, hide = true)]
    round: u64,
    /// Only this keyset
    #[arg(long, value_name = "ID")]
    keyset: Option<u32>,
    /// Write a file for everything that convicts somebody
    #[arg(long, value_name = "DIR")]
    evidence: Option<PathBuf>,
    /// Check one such file and say whom it convicts, of what
    #[arg(long, value_name = "FILE", conflicts_with_all = ["logs", "save", "keyset", "evidence"])]
    evidence_file: Option<PathBuf>,
}

const EXAMPLE: &str = "Examples:
  ronde audit --charter store-1/charter --evidence found     ask every store of the charter
  ronde audit --node https://bakery.example --save logs      take the charter from a node, keep what was read
  ronde audit --logs logs --json                             once more, without a network
  ronde audit --charter store-1/charter --evidence-file found/0123456789abcdef.evidence
Exit codes: 0 all is well; 1 what could be checked is well, but a log is missing or something needs a look; 2 something
is wrong, or there were too few logs.";

/// Runs `ronde audit`.
///
/// # Errors
/// A charter that can't be had or is not valid, files that can't be used, or fewer logs than an audit needs.
pub fn run(args: AuditArgs, context: &Context) -> Result<Exit, Failure> {
    let (chain, charter) = source::charter(&args, context)?;
    if let Some(file) = &args.evidence_file {
        return exhibits::check(file, &charter, context);
    }
    let temp = args.temp.clone().unwrap_or_else(std::env::temp_dir);
    let mut source = match &args.logs {
        Some(folder) => Source::saved(folder, &temp)?,
        None => Source::nodes(&args.node, &charter, &temp, args.max)?,
    };
    let mut audited = Vec::new();
    let mut came = Came::new(source.temp());
    let mut wanted = keysets(&charter, args.keyset)?;
    // Points move from keysets that close earlier into later ones: those are read first, so that no move is seen before
    // what it moved.
    wanted.sort_by_key(|keyset| std::cmp::Reverse((keyset.redeem_until(), keyset.id())));
    for keyset in wanted {
        context.note(format!("keyset {}: reading", keyset.id()));
        audited.push((keyset, look((&charter, keyset), &mut source, &mut came, args.round, context)?));
    }
    audited.sort_by_key(|(keyset, _)| keyset.id());
    judge_moves(&mut audited);
    for (keyset, report) in &audited {
        context.note(format!("keyset {}", keyset.id()));
        context.note(say::text(&charter, keyset, report, &source.trouble(keyset.id())));
    }
    if let Some(folder) = &args.save {
        source.save(folder, &chain)?;
        context.note(format!("kept what was read in {}", folder.display()));
    }
    let written = match &args.evidence {
        Some(folder) => exhibits::write(folder, audited.iter().map(|(_, report)| report), context)?,
        None => Vec::new(),
    };
    let verdict = audited.iter().map(|(_, report)| report.verdict()).max().unwrap_or(Verdict::Well);
    let keysets: Vec<_> = audited.iter().map(|(keyset, report)| say::json(&charter, keyset, report, &source)).collect();
    let object = json!({
        "ok": verdict <= Verdict::Partly, "verdict": say::word(verdict), "federation": charter.federation(),
        "charter_version": charter.version(), "keysets": keysets, "evidence": written,
    });
    context.say(say::verdict(verdict), &object);
    Ok(match verdict {
        Verdict::Well => Exit::Ok,
        Verdict::Partly => Exit::Warn,
        Verdict::TooFew | Verdict::Wrong => Exit::Fail,
    })
}

/// Adds what is wrong between two keysets to the later one's report.
fn judge_moves(audited: &mut [(&Keyset, Report)]) {
    for at in 0..audited.len() {
        let Some((_, later)) = audited.get(at) else { continue };
        let wrong: Vec<Breach> = audited.iter().filter_map(|(_, earlier)| moved_too_much(earlier, later)).collect();
        if let Some((_, later)) = audited.get_mut(at) {
            later.breaches.extend(wrong);
        }
    }
}

/// Reads and audits, again if that may explain what does not add up.
fn look(
    of: (&Charter, &Keyset),
    source: &mut Source,
    came: &mut Came,
    round: u64,
    context: &Context,
) -> Result<Report, Failure> {
    let mut report = look_once(of, source, came, round, context)?;
    for _ in 1..READINGS {
        if report.breaches.is_empty() || !source.is_live() {
            break;
        }
        context.note("  something does not add up: reading on, in case payments were made meanwhile");
        report = look_once(of, source, came, round, context)?;
    }
    Ok(report)
}

fn look_once(
    (charter, keyset): (&Charter, &Keyset),
    source: &mut Source,
    came: &mut Came,
    round: u64,
    context: &Context,
) -> Result<Report, Failure> {
    let logs = source.read(keyset.id(), context)?;
    let files: Vec<&Path> = logs.iter().map(|(_, file)| file.as_path()).collect();
    let (report, outcomes) =
        stream::audit((charter, keyset), &files, came, source.temp(), round).map_err(|error| match error {
            AuditError::Storage(error) => Failure::new(
                format!("the audit can't keep or read what it compares: {error}"),
                Blame::Machine,
                "see that the folder for temporary files has room, or name another with --temp DIR",
            ),
            AuditError::Changed(_) => Failure::new(
                "a log was changed while it was read",
                Blame::You,
                "leave the files alone while they are audited, and begin again",
            ),
        })?;
    source.told((charter, keyset), &logs, &outcomes, context);
    Ok(report)
}

fn keysets(charter: &Charter, only: Option<u32>) -> Result<Vec<&Keyset>, Failure> {
    let found: Vec<&Keyset> =
        charter.keysets().filter(|keyset| only.is_none_or(|only| keyset.id() == KeysetId(only))).collect();
    if found.is_empty() {
        return Err(Failure::new(
            "the charter has no such keyset",
            Blame::You,
            "name one that `ronde charter show` lists, or leave --keyset out",
        ));
    }
    Ok(found)
}
