//! Faults that are planted around the machine, so that the model is seen to find them. The product's source stays as
//! it is: writes are dropped or added, a look at the state is falsified, or the committee is made too weak.

use ronde_protocol::{
    crypto::{group::PointBytes, merkle::Subtree},
    machine::{
        books::{Account, Flow},
        witness::{
            memory::{Memory, MemoryError},
            record::{CoinRecord, Counter, OrderRecord, Retirement, View, Write},
        },
    },
    message::{
        ids::{KeysetId, OrderDigest, Reference, StoreId},
        statement::ClosingStatement,
    },
};

/// What is done wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// One more liar than the charter's f: the same as a q that is one too small.
    QuorumTooSmall,
    /// A certificate frees every lock, not only those of orders that it kills.
    WrongLocksFreed,
    /// A certificate frees no lock.
    LocksNeverFreed,
    /// A vote binds nothing.
    NoLock,
    /// The vote leaves before its transaction is on disk.
    VoteBeforeWrite,
    /// A restored copy asks its peers and then votes whatever they show.
    HeadsIgnored,
    /// Retirement is written down and never looked at.
    RetirementIgnored,
    /// A backup that nobody can tell from the original, where another witness lies already.
    BackupUnseen,
}

/// A witness's state, as a faulty witness sees it.
pub(crate) struct Seen<'m> {
    pub memory: &'m Memory,
    pub fault: Option<Fault>,
}

/// Changes what a step writes.
pub(crate) fn tamper(
    fault: Option<Fault>,
    memory: &Memory,
    coins: &[PointBytes],
    mut writes: Vec<Write>,
) -> Vec<Write> {
    let certifies =
        |write: &Write| matches!(write, Write::Order(_, record) if matches!(**record, OrderRecord::Certified { .. }));
    match fault {
        Some(Fault::NoLock) => {
            writes.retain(|write| !matches!(write, Write::Coin(_, Some(CoinRecord { spent: false, .. }))));
        }
        Some(Fault::LocksNeverFreed) => writes.retain(|write| !matches!(write, Write::Coin(_, None))),
        Some(Fault::WrongLocksFreed) if writes.iter().any(certifies) => {
            let taken: Vec<PointBytes> = writes
                .iter()
                .filter_map(|write| if let Write::Coin(of, _) = write { Some(*of) } else { None })
                .collect();
            let bound = |coin: &&PointBytes| {
                matches!(memory.coin(KeysetId(0), coin), Ok(Some(CoinRecord { spent: false, .. })))
            };
            let freed = coins.iter().filter(|coin| !taken.contains(coin)).filter(bound);
            writes.extend(freed.map(|coin| Write::Coin(*coin, None)));
        }
        _ => {}
    }
    writes
}

impl View for Seen<'_> {
    type Error = MemoryError;

    fn coin(&self, keyset: KeysetId, point: &PointBytes) -> Result<Option<CoinRecord>, MemoryError> {
        self.memory.coin(keyset, point)
    }

    fn reference(&self, keyset: KeysetId, store: StoreId, to: &Reference) -> Result<Option<OrderDigest>, MemoryError> {
        self.memory.reference(keyset, store, to)
    }

    fn order(&self, keyset: KeysetId, digest: &OrderDigest) -> Result<Option<OrderRecord>, MemoryError> {
        self.memory.order(keyset, digest)
    }

    fn counter(&self, keyset: KeysetId, counter: &Counter) -> Result<u64, MemoryError> {
        self.memory.counter(keyset, counter)
    }

    fn book(&self, keyset: KeysetId, account: Account, flow: Flow) -> Result<u64, MemoryError> {
        self.memory.book(keyset, account, flow)
    }

    fn log_size(&self, keyset: KeysetId) -> Result<u64, MemoryError> {
        self.memory.log_size(keyset)
    }

    fn log_node(&self, keyset: KeysetId, subtree: Subtree) -> Result<Option<[u8; 32]>, MemoryError> {
        self.memory.log_node(keyset, subtree)
    }

    fn retired(&self, keyset: KeysetId) -> Result<Option<Retirement>, MemoryError> {
        if self.fault == Some(Fault::RetirementIgnored) {
            return Ok(None);
        }
        self.memory.retired(keyset)
    }

    fn statement(&self, keyset: KeysetId) -> Result<Option<ClosingStatement>, MemoryError> {
        self.memory.statement(keyset)
    }
}
