//! Labels: words of this program, numbers of the charter, and templates of calls.

use prometheus_client::encoding::EncodeLabelSet;

use super::{Bad, End, PointsFlow, Stage};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OrderEnd {
    pub purpose: &'static str,
    pub result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OrderStage {
    pub purpose: &'static str,
    pub stage: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct BadAnswer {
    pub witness: String,
    pub reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct State {
    pub state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Flow {
    pub flow: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Route {
    pub route: String,
    pub code: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OfWitness {
    pub witness: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OfPeer {
    pub peer: String,
}

/// A seat, as `ronde status` numbers it.
pub(super) fn witness(keyset: u32, index: u8) -> String {
    format!("{keyset}/{index}")
}

pub(super) fn end(end: End) -> &'static str {
    match end {
        End::Certified => "certified",
        End::Refused => "refused",
        End::Dropped => "dropped",
    }
}

pub(super) fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Certified => "certified",
        Stage::Complete => "complete",
    }
}

pub(super) fn bad(bad: Bad) -> &'static str {
    match bad {
        Bad::Unreadable => "unreadable",
        Bad::Unsigned => "unsigned",
        Bad::Evidence => "evidence",
    }
}

pub(super) fn flow(flow: PointsFlow) -> &'static str {
    match flow {
        PointsFlow::Granted => "granted",
        PointsFlow::Claimed => "claimed",
        PointsFlow::Redeemed => "redeemed",
        PointsFlow::Owed => "owed",
        PointsFlow::Pledged => "pledged",
    }
}
