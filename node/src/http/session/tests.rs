//! Times, which no test waits for.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::device::{self, Device};
use super::guesses::{GuessLimits, Guesser, Guesses};
use super::{IDLE, LIFE, MAX_SESSIONS, Open, Sessions};
use crate::shop::Token;

fn open(now: Instant) -> Open {
    Open { since: now, seen: now, form: Arc::new(Token::fresh().unwrap()), password: "p".to_owned() }
}

fn from(last: u8) -> Guesser {
    Guesser::Stranger(IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)))
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
fn who_guesses_from_everywhere_keeps_no_known_browser_out() {
    let limits = GuessLimits::default();
    let (mut guesses, start) = (Guesses::new(limits), Instant::now());
    let taken = (0..=255).filter(|last| guesses.take(from(*last), start).is_ok()).count();
    assert_eq!(taken, usize::try_from(limits.all_at_once).unwrap());
    assert!(guesses.take(from(0), start).is_err(), "a stranger waits");
    let known = Guesser::Known([1; 32]);
    for _ in 0..limits.at_once {
        assert!(guesses.take(known, start).is_ok());
    }
    assert_eq!(guesses.take(known, start), Err(limits.interval), "a stolen one guesses no faster");
    assert!(guesses.take(Guesser::Known([2; 32]), start).is_ok(), "and keeps no other out");
    guesses.was_right(known);
    assert!(guesses.take(known, start).is_ok());
    assert!(guesses.take(from(0), start + limits.all_interval).is_ok(), "and not for ever");
}

/// TILL-14.
#[test]
fn a_browser_is_known_by_its_own_cookie_until_the_password_changes() {
    let (one, other) = (device::fresh("hash").unwrap(), device::fresh("hash").unwrap());
    let read = Device::read(&one, "hash").unwrap();
    assert_ne!(Some(read), Device::read(&other, "hash"));
    assert_eq!(Device::read(&one, "another hash"), None);
    let (name, proof) = one.split_once('.').unwrap();
    for wrong in ["", ".", name, proof, &format!("{name}x.{proof}"), &format!("{name}."), &format!(".{proof}")] {
        assert_eq!(Device::read(wrong, "hash"), None, "{wrong}");
    }
}
