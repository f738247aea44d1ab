//! Times, which no test waits for.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::guesses::{GuessLimits, Guesses};
use super::{IDLE, LIFE, MAX_SESSIONS, Open, Sessions};
use crate::shop::Token;

fn open(now: Instant) -> Open {
    Open { since: now, seen: now, form: Arc::new(Token::fresh().unwrap()), password: "p".to_owned() }
}

fn from(last: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(192, 0, 2, last))
}

/// TILL-11, TILL-12.
#[test]
fn a_session_ends_after_an_hour_unused_after_twelve_in_any_case_and_with_its_password() {
    let (mut sessions, start, cookie) = (Sessions::default(), Instant::now(), Token::fresh().unwrap());
    sessions.open(&cookie, open(start));
    let mut now = start;
    while now + IDLE / 2 < start + LIFE {
        now += IDLE / 2;
        assert!(sessions.find(&cookie, "p", now).is_some());
    }
    assert!(sessions.find(&cookie, "p", start + LIFE).is_none());
    sessions.open(&cookie, open(start));
    assert!(sessions.find(&cookie, "p", start + IDLE).is_none());
    sessions.open(&cookie, open(start));
    assert!(sessions.find(&cookie, "another", start).is_none());
    assert!(sessions.find(&cookie, "p", start).is_none(), "it does not come back");
}

#[test]
fn of_too_many_sessions_the_one_that_was_idle_longest_goes() {
    let (mut sessions, start) = (Sessions::default(), Instant::now());
    let cookies: Vec<Token> = (0..=MAX_SESSIONS).map(|_| Token::fresh().unwrap()).collect();
    for (at, cookie) in cookies.iter().enumerate() {
        sessions.open(cookie, open(start + Duration::from_secs(u64::try_from(at).unwrap())));
    }
    let now = start + Duration::from_secs(100);
    assert!(sessions.find(&cookies[0], "p", now).is_none());
    assert!(cookies[1..].iter().all(|cookie| sessions.find(cookie, "p", now).is_some()));
}

/// TILL-14.
#[test]
fn guesses_are_slowed_by_address_and_in_all_and_nobody_is_locked_out() {
    let limits = GuessLimits::default();
    let (mut guesses, start) = (Guesses::new(limits), Instant::now());
    for _ in 0..limits.at_once {
        assert!(guesses.take(from(1), start).is_ok());
    }
    assert_eq!(guesses.take(from(1), start), Err(limits.interval));
    assert!(guesses.take(from(2), start).is_ok(), "another address");
    // Whoever goes on trying waits no longer for it.
    for _ in 0..100 {
        assert!(guesses.take(from(1), start).is_err());
    }
    assert!(guesses.take(from(1), start + limits.interval).is_ok());
    // In a day, one address has about so many tries.
    let mut tried = 0;
    for second in 0..86_400 {
        tried += u32::from(guesses.take(from(3), start + Duration::from_secs(second)).is_ok());
    }
    assert!((5_000..6_000).contains(&tried), "{tried}");
}

/// TILL-14.
#[test]
fn who_guesses_from_everywhere_keeps_no_known_address_out() {
    let limits = GuessLimits::default();
    let (mut guesses, start) = (Guesses::new(limits), Instant::now());
    assert!(guesses.take(from(1), start).is_ok());
    guesses.was_right(from(1));
    let taken = (2..=255).filter(|last| guesses.take(from(*last), start).is_ok()).count();
    assert_eq!(taken, usize::try_from(limits.all_at_once).unwrap() - 1);
    assert!(guesses.take(from(0), start).is_err(), "a stranger waits");
    assert!(guesses.take(from(1), start).is_ok());
    assert!(guesses.take(from(0), start + limits.all_interval).is_ok(), "and not for ever");
}
