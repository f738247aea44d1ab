use super::seconds;

#[test]
fn an_offset_is_told_in_seconds_with_its_sign_however_wrong_the_clock_is() {
    assert!((seconds(-1500) + 1.5).abs() < 1e-9);
    assert!(seconds(i64::MAX) > 1e6);
    assert!(seconds(i64::MIN) < -1e6);
}
