//! Plans that once broke a claim: none may do so again.

use std::path::Path;

use ronde_sim::{
    regression::{Regression, listed},
    run,
};

#[test]
fn every_kept_plan_passes_now() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions");
    for path in listed(&folder).unwrap() {
        let kept = Regression::read(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert_eq!(name, kept.file_name(), "a plan is kept under its claim and seed");
        let failure = run(&kept.plan, None).failure;
        assert_eq!(failure, None, "{name}, which once said: {}", kept.says);
    }
}
