//! States that no event tells apart, found by refining a partition until it is stable.

use std::collections::BTreeMap;

use super::Local;

/// For each state, the first that behaves like it in all that the model looks at: answers now and ever after, what
/// became of each order, what was voted, and whether it has retired. Their logs may hold the same in another order.
pub fn alike(locals: &[Local]) -> Vec<u16> {
    let seen = |local: &Local| {
        let mut voted: Vec<_> = local.key.log.iter().filter(|(certified, _)| !certified).collect();
        voted.sort();
        format!("{:?} {} {voted:?}", local.key.orders, local.key.retired)
    };
    let mut blocks = number(locals.iter().map(seen));
    loop {
        let behaviour = |(local, block): (&Local, &u16)| {
            let to = |to: u16| blocks.get(usize::from(to)).copied();
            let moves: Vec<_> = local.moves.iter().map(|step| (to(step.to), step.reply)).collect();
            (*block, moves)
        };
        let finer = number(locals.iter().zip(&blocks).map(behaviour));
        if finer == blocks {
            break;
        }
        blocks = finer;
    }
    let mut first: BTreeMap<u16, u16> = BTreeMap::new();
    (0..).zip(&blocks).map(|(at, block)| *first.entry(*block).or_insert(at)).collect()
}

/// Numbers values by their first appearance.
fn number<T: Ord>(values: impl Iterator<Item = T>) -> Vec<u16> {
    let mut numbers: BTreeMap<T, u16> = BTreeMap::new();
    values
        .map(|value| {
            let next = u16::try_from(numbers.len()).unwrap_or(u16::MAX);
            *numbers.entry(value).or_insert(next)
        })
        .collect()
}
