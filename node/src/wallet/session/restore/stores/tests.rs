//! The order in which stores are tried.

use super::*;

fn named(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// RESTORE-18: numbers are spread over stores, and one that alone has answered is tried after the others.
#[test]
fn a_store_that_alone_has_answered_is_tried_after_the_others() {
    let mut stores = Stores::default();
    assert_eq!(stores.route(named(&["a", "b", "c"])), named(&["a", "b", "c"]), "as drawn");
    stores.note_answer("a");
    assert_eq!(stores.route(named(&["a", "b", "c"])), named(&["b", "c", "a"]));
    stores.note_answer("b");
    assert_eq!(stores.route(named(&["a", "b", "c"])), named(&["a", "b", "c"]), "as drawn, now that there are two");
}

/// RESTORE-18: where one store alone answers, the others cost a few timeouts, and not some for each number.
#[test]
fn stores_that_failed_are_not_waited_for_with_each_number() {
    let (mut stores, mut waited) = (Stores::default(), 0);
    for _ in 0..64 {
        for store in stores.route(named(&["a", "b", "c", "d"])) {
            if store == "d" {
                stores.note_answer(&store);
                break;
            }
            stores.note_failure(&store);
            waited += 1;
        }
    }
    assert_eq!(waited, 3 + 64 / RETRY, "each once, then one now and then");
}

/// RESTORE-18: a store that was away for a moment is found again.
#[test]
fn a_store_that_failed_once_is_found_again_while_only_one_answers() {
    let mut stores = Stores::default();
    stores.note_failure("a");
    stores.note_answer("b");
    let firsts: Vec<String> = (0..RETRY).map(|_| stores.route(named(&["a", "b"])).swap_remove(0)).collect();
    assert_eq!(firsts.iter().filter(|store| *store == "a").count(), 1);
    stores.note_answer("a");
    assert_eq!(stores.answered().len(), 2);
}

/// RESTORE-18: a store has failed if the last question that it was asked was refused, whatever that was.
#[test]
fn a_store_that_said_how_long_prefixes_are_has_not_failed_any_more() {
    let mut stores = Stores::default();
    stores.note_failure("a");
    assert_eq!(stores.route(named(&["a", "b"])), named(&["b", "a"]));
    stores.note_reached("a");
    assert_eq!(stores.route(named(&["a", "b"])), named(&["a", "b"]));
}
