//! The story, step by step. Each step checks what it tells.

mod books;
mod cheating;
mod earning;
mod outage;
mod sharing;

use super::failure::Failure;
use super::screen::Told;
use super::world::World;

/// One step.
pub struct Step {
    /// Begins a part of the story.
    pub chapter: Option<&'static str>,
    /// What it is about, should it fail.
    pub name: &'static str,
    pub play: fn(&mut World) -> Result<Told, Failure>,
}

/// All of them, in order.
pub const STEPS: &[Step] = &[
    Step { chapter: Some("Earn here, spend there"), name: "tills and wallets", play: earning::set_up },
    Step { chapter: None, name: "earn 25 points in A", play: earning::earn },
    Step { chapter: None, name: "spend 7 of them in C, with change", play: earning::spend },
    Step { chapter: Some("Cheating"), name: "spend the same coins again in B", play: cheating::spend_again },
    Step { chapter: None, name: "race one coin at two stores", play: cheating::race },
    Step { chapter: Some("A shop loses power"), name: "kill -9 of a witness", play: outage::kill },
    Step { chapter: None, name: "go on without it", play: outage::go_on },
    Step { chapter: None, name: "it comes back and catches up", play: outage::catch_up },
    Step { chapter: Some("Giving and deciding together"), name: "a gift to an association", play: sharing::gift },
    Step { chapter: None, name: "a pledge by a store", play: sharing::pledge },
    Step { chapter: None, name: "a ballot of one basket, voted through another store", play: sharing::ballot },
    Step { chapter: None, name: "a voucher of A, honoured in D", play: sharing::voucher },
    Step { chapter: Some("The books"), name: "the books of all stores", play: books::agree },
    Step { chapter: None, name: "an audit", play: books::audit },
];
