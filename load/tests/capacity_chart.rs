//! The chart of `docs/capacity.md` is the one that the program draws by the built-in figures.

use std::path::Path;
use std::process::Command;

#[test]
fn the_committed_chart_is_what_is_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let drawn = folder.path().join("capacity.svg");
    let status = Command::new(env!("CARGO_BIN_EXE_capacity_chart")).arg(&drawn).status().unwrap();
    assert!(status.success());
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/capacity.svg");
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    assert!(read(&drawn) == read(&committed), "run `cargo xtask capacity`, which draws it anew");
}
