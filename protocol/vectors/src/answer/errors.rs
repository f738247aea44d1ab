//! The library's errors by their names.

use ronde_protocol::{
    crypto::{GroupError, MacError, PoprfError, PossessionError, ProofError, SignError, SpendError},
    message::{
        codec::{BadEncoding, Expected},
        refusal::ExpectedCode,
    },
    quorum::QuorumError,
};

use super::Refused;

impl From<GroupError> for Refused {
    fn from(error: GroupError) -> Self {
        Self::named(match error {
            GroupError::NonCanonical => "non-canonical",
            GroupError::Identity => "identity",
            GroupError::NonCanonicalScalar => "non-canonical-scalar",
            GroupError::ZeroScalar => "zero-scalar",
        })
    }
}

impl From<PoprfError> for Refused {
    fn from(error: PoprfError) -> Self {
        Self::named(match error {
            PoprfError::Inverse => "inverse",
            PoprfError::InputTooLong => "input-too-long",
            PoprfError::KeyDerivation => "key-derivation",
        })
    }
}

impl From<MacError> for Refused {
    fn from(error: MacError) -> Self {
        Self::named(match error {
            MacError::Wrong => "wrong",
        })
    }
}

impl From<ProofError> for Refused {
    fn from(error: ProofError) -> Self {
        Self::named(match error {
            ProofError::Empty => "empty",
            ProofError::NonCanonicalScalar => "non-canonical-scalar",
            ProofError::Degenerate => "degenerate",
            ProofError::Wrong => "wrong",
            ProofError::NotEvaluated => "not-evaluated",
        })
    }
}

impl From<PossessionError> for Refused {
    fn from(error: PossessionError) -> Self {
        Self::named(match error {
            PossessionError::Commitment => "commitment",
            PossessionError::Response => "response",
            PossessionError::Wrong => "wrong",
        })
    }
}

impl From<SpendError> for Refused {
    fn from(error: SpendError) -> Self {
        Self::named(match error {
            SpendError::NoKeys => "no-keys",
            SpendError::Commitment => "commitment",
            SpendError::Response => "response",
            SpendError::Wrong => "wrong",
        })
    }
}

impl From<SignError> for Refused {
    fn from(error: SignError) -> Self {
        Self::named(match error {
            SignError::NonCanonicalKey => "non-canonical-key",
            SignError::IdentityKey => "identity-key",
            SignError::TorsionKey => "torsion-key",
            SignError::Wrong => "wrong",
        })
    }
}

impl From<QuorumError> for Refused {
    fn from(error: QuorumError) -> Self {
        Self::named(match error {
            QuorumError::Size(_) => "size",
            QuorumError::TooManyFaults { .. } => "too-many-faults",
        })
    }
}

impl From<BadEncoding> for Refused {
    fn from(error: BadEncoding) -> Self {
        Self::named("bad-encoding").with("offset", error.offset).with("expected", expected(error.expected))
    }
}

/// What a decoder expected, by the names that travel.
fn expected(expected: Expected) -> &'static str {
    match ExpectedCode::from(expected) {
        ExpectedCode::MoreBytes => "more-bytes",
        ExpectedCode::End => "end",
        ExpectedCode::Shorter => "shorter",
        ExpectedCode::Variant => "variant",
        ExpectedCode::Flag => "flag",
        ExpectedCode::Text => "text",
        ExpectedCode::Canonical => "canonical",
        ExpectedCode::Element => "element",
        ExpectedCode::Sorted => "sorted",
    }
}
