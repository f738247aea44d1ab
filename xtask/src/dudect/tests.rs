use super::{Measured, fault, read};

#[test]
fn t_values_are_read_and_other_lines_passed_over() {
    let said = "\nrunning 2 benches\nbench blind                seeded with 0x8adbee9791ef2df0\n\
                bench blind                ... : n == +0.010M, max t = -3.71113, max tau = -0.03730, (5/tau)^2 = 17970\n\
                dudect benches complete\n";
    assert_eq!(read(said), [Measured { name: "blind".to_owned(), t: -3.71113 }]);
}

#[test]
fn a_leak_is_what_stays_over_the_bar_and_a_control_must_be_far_over_it() {
    assert!(fault("prove", &[4.9]).is_none());
    assert!(fault("prove", &[-7.0, 2.0]).is_none());
    assert!(fault("prove", &[-7.0, -6.0, 9.0]).is_some());
    assert!(fault("leaky_comparison", &[437.0]).is_none());
    assert!(fault("leaky_comparison", &[12.0]).is_some());
}
