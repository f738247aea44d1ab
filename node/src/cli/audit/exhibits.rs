//! Evidence as files: written by one, checked by anyone.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use ronde_protocol::machine::audit::{Exhibit, ExhibitError, MAX_EXHIBIT_BYTES, Offence, Report};
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::codec::encode;
use serde_json::json;

use super::say;
use crate::cli::{Blame, Context, Exit, Failure};

const EXTENSION: &str = "evidence";
/// Hex digits of its hash in a file's name.
const NAME_DIGITS: usize = 16;

/// Writes every exhibit of these reports and gives the files' names.
pub(super) fn write<'r>(
    folder: &Path,
    reports: impl Iterator<Item = &'r Report>,
    context: &Context,
) -> Result<Vec<String>, Failure> {
    let exhibits: Vec<&Exhibit> = reports.flat_map(|report| &report.findings).map(|finding| &finding.exhibit).collect();
    std::fs::create_dir_all(folder).map_err(|error| Failure::file(folder, &error))?;
    let mut written = Vec::new();
    for exhibit in exhibits {
        let (bytes, name) = (encode(exhibit), hex::encode(exhibit.id()));
        let name = format!("{}.{EXTENSION}", name.get(..NAME_DIGITS).unwrap_or(&name));
        let file = folder.join(&name);
        std::fs::write(&file, bytes).map_err(|error| Failure::file(&file, &error))?;
        context.note(format!("evidence: {}", file.display()));
        written.push(name);
    }
    Ok(written)
}

/// Checks one file offline and says whom it convicts. Exit 0: it convicts; 2: it proves nothing.
pub(in crate::cli) fn check(file: &Path, charter: &Charter, context: &Context) -> Result<Exit, Failure> {
    let exhibit = read(file)?;
    let conviction = exhibit.verify(charter).map_err(|error| {
        let fix = match error {
            ExhibitError::Unknown => "take the newest charter of the federation that it is about",
            ExhibitError::NotSigned | ExhibitError::InOrder => "do not believe whoever gave you this file",
        };
        Failure::new(format!("{} proves nothing: {error}", file.display()), Blame::Nobody, fix)
    })?;
    let mut text = String::new();
    for culprit in &conviction.culprits {
        text.push_str(&format!("{} {}\n", say::culprit(charter, culprit), conviction.offence));
    }
    if conviction.offence == Offence::DoubleVote {
        text.push_str(
            "This is void if the witness shows a certificate, of an order that conflicts with one of the two, ",
        );
        text.push_str("which freed it before the second vote.\n");
    }
    let culprits: Vec<_> = conviction.culprits.iter().map(|culprit| say::culprit_json(charter, culprit)).collect();
    let object = json!({ "ok": true, "culprits": culprits, "offence": conviction.offence.code() });
    context.say(text, &object);
    Ok(Exit::Ok)
}

/// An exhibit; or evidence as a node or wallet keeps it.
fn read(file: &Path) -> Result<Exhibit, Failure> {
    let failed = |error: std::io::Error| Failure::file(file, &error);
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_EXHIBIT_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    File::open(file).map_err(failed)?.take(limit).read_to_end(&mut bytes).map_err(failed)?;
    Exhibit::of_evidence(&bytes, MAX_EXHIBIT_BYTES).map_err(|error| {
        let fix = "take a file that `ronde audit --evidence` wrote";
        Failure::new(format!("{} holds no evidence: {error}", file.display()), Blame::You, fix)
    })
}
