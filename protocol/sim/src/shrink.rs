//! Delta debugging: the shortest part of a list that still fails, as far as single removals tell.
//!
//! Zeller and Hildebrandt's `ddmin`, reduced to complements: pieces are taken out, large ones first, as long as what is
//! left fails. Whatever comes out fails; if the judge was never tired it is 1-minimal: without any one of its items
//! nothing fails.

/// What a judge says of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// It fails as the whole did.
    Fails,
    /// It does not, or otherwise.
    Passes,
    /// No time is left: what was found so far must do.
    Tired,
}

/// What is left of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reduced<T> {
    /// The items, in their order. The list of them fails.
    pub items: Vec<T>,
    /// Whether each of them is needed.
    pub minimal: bool,
    /// How often the judge was asked.
    pub asked: usize,
}

/// Takes items out of a list that fails, as long as it does.
///
/// `judge` must say [`Says::Fails`] of the whole, which it is not asked about again.
pub fn reduce<T: Clone>(whole: &[T], mut judge: impl FnMut(&[T]) -> Says) -> Reduced<T> {
    let mut items = whole.to_vec();
    let mut asked = 0_usize;
    let mut piece = items.len().div_ceil(2);
    while piece > 0 && !items.is_empty() {
        match take_out(&mut items, piece, &mut judge, &mut asked) {
            Round::Tired => return Reduced { items, minimal: false, asked },
            // At a size of one, a full round without success is the proof.
            Round::Nothing => piece /= 2,
            // What is gone may have been what the others needed.
            Round::Shorter => piece = piece.min(items.len().div_ceil(2)),
        }
    }
    Reduced { items, minimal: true, asked }
}

enum Round {
    Shorter,
    Nothing,
    Tired,
}

/// Tries to do without each piece of this size, from the end: what comes late depends on what comes early.
fn take_out<T: Clone>(
    items: &mut Vec<T>,
    piece: usize,
    judge: &mut impl FnMut(&[T]) -> Says,
    asked: &mut usize,
) -> Round {
    let before = items.len();
    let mut end = before;
    while end > 0 {
        let begin = end.saturating_sub(piece);
        let mut rest = items.clone();
        rest.drain(begin..end);
        *asked = asked.saturating_add(1);
        match judge(&rest) {
            Says::Fails => *items = rest,
            Says::Passes => {}
            Says::Tired => return Round::Tired,
        }
        end = begin;
    }
    if items.len() < before { Round::Shorter } else { Round::Nothing }
}

#[cfg(test)]
mod tests;
