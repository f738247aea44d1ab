use super::Soaked;

#[test]
fn whatever_grew_the_fix_is_said() {
    let fix = |grew: &[&str]| {
        let grew = grew.iter().map(|name| (*name).to_owned()).collect();
        Soaked { trends: [].into(), in_all: [].into(), grew }.fix()
    };
    assert_eq!(fix(&[]), None);
    assert!(fix(&["CPU per order of node 1, ms", "p50 by node 1, ms"]).unwrap().contains("profile"));
    assert!(fix(&["memory of node 1, MB", "p99 by node 1, ms"]).unwrap().contains("nobody shares"));
    assert!(fix(&["memory of node 1, MB"]).unwrap().contains("longer"));
}
