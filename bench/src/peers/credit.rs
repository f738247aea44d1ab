//! The crate `anonymous-credit-tokens`: one token with a balance, spent in part and refunded by a new one.

use std::rc::Rc;

use anonymous_credit_tokens::{CreditToken, Params, PreIssuance, PrivateKey, Refund, SpendProof, credit_to_scalar};
use rand_chacha::ChaCha20Rng;

use crate::{
    fail::{Failed, OrFail, ensure},
    pace::Side,
    stream::Stream,
};

/// Bits of a balance.
const BITS: usize = 16;
/// The same sums as our payment.
const BALANCE: u128 = 256;
const PRICE: u128 = 249;

/// An issuer, who is the only one that can check what it issued.
pub struct Issuer {
    params: Params,
    key: PrivateKey,
}

/// What a payment came to.
struct Paid {
    token: CreditToken,
    bytes: usize,
}

impl Issuer {
    /// With a fresh key.
    pub fn new(stream: &mut Stream) -> Self {
        let params = Params::new("ronde", "bench", "peers", "2026-01-01");
        Self { params, key: PrivateKey::random(stream.generator()) }
    }

    fn issue(&self, stream: &mut Stream) -> Result<CreditToken, Failed> {
        let begun = PreIssuance::random(stream.generator());
        let request = begun.request(&self.params, stream.generator());
        let (credits, context) = (credit_to_scalar::<BITS>(BALANCE), credit_to_scalar::<BITS>(0));
        let (credits, context) = (credits.or_fail("a balance")?, context.or_fail("no context")?);
        let issued = self.key.issue::<BITS>(&self.params, &request, credits, context, stream.generator());
        let issued = issued.or_fail("issuing")?;
        begun.to_credit_token::<BITS>(&self.params, self.key.public(), &request, &issued).or_fail("a token")
    }

    /// The client proves its spending, the issuer verifies and refunds, the client takes the new token; every message
    /// encoded and decoded.
    fn pay(&self, token: &CreditToken, generator: &mut ChaCha20Rng) -> Result<Paid, Failed> {
        let price = credit_to_scalar::<BITS>(PRICE).or_fail("a price")?;
        let (proof, begun) = token.prove_spend::<BITS>(&self.params, price, &mut *generator).or_fail("proving")?;
        let sent = proof.to_cbor().or_fail("a proof's bytes")?;

        let received = SpendProof::<BITS>::from_cbor(&sent).or_fail("a proof")?;
        let nothing = credit_to_scalar::<BITS>(0).or_fail("nothing given back")?;
        let refund = self.key.refund::<BITS>(&self.params, &received, nothing, generator).or_fail("refunding")?;
        let answered = refund.to_cbor().or_fail("a refund's bytes")?;

        let refund = Refund::from_cbor(&answered).or_fail("a refund")?;
        let token = begun.to_credit_token::<BITS>(&self.params, &proof, &refund, self.key.public());
        Ok(Paid { token: token.or_fail("a token")?, bytes: sent.len() + answered.len() })
    }
}

/// Per payment.
pub fn paying(issuer: &Rc<Issuer>) -> Side {
    let (maker, worker) = (Rc::clone(issuer), Rc::clone(issuer));
    let prepare = move |stream: &mut Stream| Ok((maker.issue(stream)?, stream.generator()));
    let work = move |(token, generator): &mut (CreditToken, ChaCha20Rng)| worker.pay(token, generator);
    Side::new("anonymous-credit-tokens, L = 16", 1, prepare, work)
}

/// The rest is what it should be, and another issuer takes no such token. Gives the bytes on the wire.
///
/// # Errors
/// Which of them went otherwise.
pub fn prove_that_it_works(issuer: &Issuer, stream: &mut Stream) -> Result<usize, Failed> {
    let token = issuer.issue(stream)?;
    let paid = issuer.pay(&token, &mut stream.generator())?;
    let rest = credit_to_scalar::<BITS>(BALANCE - PRICE).or_fail("a rest")?;
    ensure(paid.token.credits() == rest, "a token's rest")?;
    let other = Issuer::new(stream);
    ensure(other.pay(&token, &mut stream.generator()).is_err(), "another issuer takes a token")?;
    Ok(paid.bytes)
}
