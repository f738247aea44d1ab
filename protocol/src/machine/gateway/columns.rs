//! The columns that came for one order. They lie outside of its digest, and a spend signature is public once a witness
//! has voted, so anybody can bring an order with worthless ones: what a witness says of a column it says of no other,
//! and none takes the place of one that was not refused (STORE-14).

use alloc::{
    collections::{BTreeMap, VecDeque},
    vec::Vec,
};

use crate::{
    crypto::group::PointBytes,
    limits::{MAX_INPUTS, MAX_WITNESSES},
    message::{
        codec::Bounded,
        ids::WitnessIndex,
        order::{Column, Columns},
    },
};

/// Columns of one witness that wait while one is in use. What comes beyond has to come again (STORE-27).
const WAITING: usize = 2;

/// One witness's components, one per input.
pub(super) type Components = Bounded<PointBytes, MAX_INPUTS>;
/// Columns that wait, of all witnesses.
pub(super) type Waiting = Bounded<Column, { MAX_WITNESSES * WAITING }>;

/// Per witness the column in use, and those that wait.
#[derive(Debug, Default)]
pub(super) struct ColumnStock(BTreeMap<WitnessIndex, VecDeque<Components>>);

impl ColumnStock {
    /// Keeps one column more. False if too many wait; one that is here already is kept.
    pub(super) fn add(&mut self, index: WitnessIndex, components: Components) -> bool {
        let columns = self.0.entry(index).or_default();
        if columns.contains(&components) {
            return true;
        }
        if columns.len() > WAITING {
            return false;
        }
        columns.push_back(components);
        true
    }

    /// The column to show to a witness.
    pub(super) fn in_use(&self, index: WitnessIndex) -> Option<&Components> {
        self.0.get(&index)?.front()
    }

    /// Drops the column in use, which its witness called wrong. The next one takes its place.
    pub(super) fn drop_used(&mut self, index: WitnessIndex) {
        if let Some(columns) = self.0.get_mut(&index) {
            columns.pop_front();
        }
    }

    /// The columns in use, as a submission brings them.
    pub(super) fn used(&self) -> Option<Columns> {
        let column = |index: &WitnessIndex| Some(Column { index: *index, components: self.in_use(*index)?.clone() });
        Bounded::new(self.0.keys().filter_map(column).collect()).ok()
    }

    /// The columns that wait.
    pub(super) fn waiting(&self) -> Waiting {
        let waiting = self.0.iter().flat_map(|(index, columns)| {
            columns.iter().skip(1).map(|components| Column { index: *index, components: components.clone() })
        });
        Bounded::new(waiting.collect()).unwrap_or_default()
    }

    /// All of them, those in use first.
    pub(super) fn into_columns(self) -> Vec<Column> {
        let columns = self.0.into_iter();
        columns
            .flat_map(|(index, columns)| columns.into_iter().map(move |components| Column { index, components }))
            .collect()
    }
}
