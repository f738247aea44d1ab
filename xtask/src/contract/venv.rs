//! A Python environment of its own below `target`, with the versions that are pinned.

use std::fs;
use std::path::PathBuf;

use crate::tools::{command, repository, run, target_dir};

/// Where schemathesis lies, installed now if it was not, or if other versions are pinned since.
pub fn schemathesis() -> Result<PathBuf, String> {
    let folder = target_dir().join("contract-python");
    let pinned = repository().join("xtask/contract/requirements.txt");
    let pins = fs::read_to_string(&pinned).map_err(|error| format!("{}: {error}", pinned.display()))?;
    let (program, kept) = (folder.join("bin/schemathesis"), folder.join("installed.txt"));
    if program.exists() && fs::read_to_string(&kept).is_ok_and(|kept| kept == pins) {
        return Ok(program);
    }
    run(&mut command(&["python3", "-m", "venv", "--clear", &folder.to_string_lossy()]))
        .map_err(|why| format!("{why}; on Debian it takes the package python3-venv"))?;
    let pip = folder.join("bin/pip");
    run(&mut command(&[&pip.to_string_lossy(), "install", "--quiet", "--requirement", &pinned.to_string_lossy()]))?;
    // Last: what was cut off before this is installed anew.
    fs::write(&kept, pins).map_err(|error| format!("{}: {error}", kept.display()))?;
    Ok(program)
}
