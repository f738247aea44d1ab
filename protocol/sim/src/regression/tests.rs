use super::{Regression, in_words, listed};
use crate::plan;

fn kept(seed: u64) -> Regression {
    let (invariant, says) = ("OneCertificate".to_owned(), "two of them".to_owned());
    Regression { invariant, seed, says, plan: plan(seed) }
}

#[test]
fn a_plan_is_read_as_it_was_written() {
    let folder = std::env::temp_dir().join(format!("ronde-regression-{}", std::process::id()));
    for seed in [3, 17] {
        let path = kept(seed).write(&folder).unwrap();
        assert_eq!(Regression::read(&path).unwrap(), kept(seed));
    }
    let names: Vec<String> = listed(&folder).unwrap().iter().map(|path| path.display().to_string()).collect();
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(names.len(), 2);
    assert!(names[0].ends_with("one-certificate-17.json") && names[1].ends_with("one-certificate-3.json"));
    assert!(listed(&folder).is_err(), "a folder that is not there is a mistake, not an empty one");
}

#[test]
fn a_claim_becomes_a_file_name() {
    assert_eq!(in_words("NothingLost"), "nothing-lost");
}
