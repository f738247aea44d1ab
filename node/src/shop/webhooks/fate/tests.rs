use super::{Fate, GIVE_UP, LONGEST_PAUSE, Posted};

const NOW: u64 = 1_767_225_600;

fn failed() -> Posted {
    Posted::Failed { why: "status 500".into(), pause: None }
}

/// EVENT-15.
#[test]
fn pauses_double_up_to_two_hours_and_are_drawn_from_their_upper_half() {
    for (chance, least) in [(0, true), (u64::MAX, false)] {
        let (mut fate, mut now) = (Fate::new(0), NOW);
        for attempt in 0..20 {
            assert!(!fate.posted(0, 1, failed(), (now, chance)));
            let whole = (5 << attempt).min(LONGEST_PAUSE);
            let pause = fate.pause(now).unwrap();
            assert!((whole / 2..=whole).contains(&pause), "{attempt}: {pause}");
            assert!(!least || pause == whole / 2);
            now += pause;
            assert_eq!(fate.pause(now), Some(0));
        }
    }
}

/// EVENT-16.
#[test]
fn an_event_is_tried_for_three_days_to_the_second_and_no_longer() {
    let (mut fate, mut now) = (Fate::new(0), NOW);
    let mut attempts = 0;
    while !fate.posted(0, 1, failed(), (now, 0)) {
        attempts += 1;
        let trouble = fate.trouble().unwrap();
        assert_eq!((trouble.since, trouble.attempts), (NOW, attempts));
        now = trouble.next;
    }
    assert_eq!(now, NOW + GIVE_UP);
    assert!(attempts > 40, "{attempts}");
    assert_eq!(fate.pause(now + 10 * GIVE_UP), None);
    assert!(fate.stopped().unwrap().why.contains("status 500"));
    assert!(!fate.posted(0, 1, Posted::Taken, (now, 0)) && fate.after() == 0, "it stays so");
}

#[test]
fn an_event_that_is_taken_ends_the_trouble_and_the_next_has_three_days_of_its_own() {
    let mut fate = Fate::new(4);
    assert!(!fate.posted(0, 5, failed(), (NOW, 0)));
    assert!(!fate.posted(0, 5, Posted::Taken, (NOW + 100, 0)));
    assert_eq!((fate.after(), fate.trouble()), (5, None));
    assert!(!fate.posted(0, 6, failed(), (NOW + GIVE_UP, 0)));
    assert_eq!(fate.trouble().unwrap().since, NOW + GIVE_UP);
}

/// EVENT-17.
#[test]
fn a_receiver_that_wants_no_more_gets_no_more() {
    let mut fate = Fate::new(0);
    assert!(fate.posted(0, 1, Posted::Unwanted, (NOW, 0)));
    assert_eq!(fate.pause(NOW), None);
}

/// EVENT-15.
#[test]
fn a_receiver_is_left_alone_as_long_as_it_asks_but_not_for_ever() {
    let asks = |pause| Posted::Failed { why: String::new(), pause: Some(pause) };
    let mut fate = Fate::new(0);
    fate.posted(0, 1, asks(600), (NOW, 0));
    assert_eq!(fate.pause(NOW), Some(600));
    fate.posted(0, 1, asks(u64::MAX), (NOW + 600, 0));
    assert_eq!(fate.pause(NOW + 600), Some(LONGEST_PAUSE));
}

/// EVENT-18.
#[test]
fn what_was_posted_before_it_was_set_back_counts_for_nothing() {
    let mut fate = Fate::new(7);
    assert!(fate.posted(0, 8, Posted::Unwanted, (NOW, 0)));
    fate.replay(2);
    assert_eq!((fate.after(), fate.pause(NOW), fate.round()), (2, Some(0), 1));
    assert!(!fate.posted(0, 8, Posted::Taken, (NOW, 0)) && fate.after() == 2);
    assert!(!fate.posted(1, 3, Posted::Taken, (NOW, 0)) && fate.after() == 3);
}

#[test]
fn a_clock_that_is_set_back_makes_no_pause_longer() {
    let mut fate = Fate::new(0);
    fate.posted(0, 1, failed(), (NOW, 0));
    assert_eq!(fate.pause(NOW - 1_000_000), Some(LONGEST_PAUSE));
    fate.posted(0, 1, failed(), (NOW - 1_000_000, 0));
    assert_eq!(fate.trouble().unwrap().since, NOW - 1_000_000);
}
