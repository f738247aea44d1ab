//! The crate `challenge-bypass-ristretto`: Privacy Pass as it was before its RFC.

use std::rc::Rc;

use challenge_bypass_ristretto::voprf::{
    BatchDLEQProof, BlindedToken, SignedToken, SigningKey, Token, TokenPreimage, VerificationSignature,
};
use hmac::Hmac;
use rand_chacha::ChaCha20Rng;
use sha2_10::Sha512;

use crate::{
    fail::{Failed, OrFail, ensure},
    ours::COINS,
    pace::Side,
    stream::Stream,
};

type HmacSha512 = Hmac<Sha512>;

/// What a client signs when it redeems.
const PAYLOAD: &[u8] = b"a payment";
/// Tokens that are redeemed in one go.
const TOKENS: u32 = 16;

/// A server's key.
pub struct Server(SigningKey);

/// A token as it is redeemed.
struct Redeemed {
    preimage: [u8; 64],
    signature: VerificationSignature,
}

impl Server {
    /// With a fresh key.
    pub fn new(stream: &mut Stream) -> Self {
        Self(SigningKey::random(&mut stream.generator()))
    }

    /// A whole round of issuing, in the end redeemed by the client.
    fn issue(&self, stream: &mut Stream) -> Result<Redeemed, Failed> {
        let mut generator = stream.generator();
        let token = Token::random::<Sha512, _>(&mut generator);
        let (tokens, blinded) = ([token.clone()], [token.blind()]);
        let signed = [self.0.sign(&blinded[0]).or_fail("signing")?];
        let proof = BatchDLEQProof::new::<Sha512, _>(&mut generator, &blinded, &signed, &self.0).or_fail("proving")?;
        let unblinded = proof.verify_and_unblind::<Sha512, _>(&tokens, &blinded, &signed, &self.0.public_key);
        let unblinded = unblinded.or_fail("unblinding")?;
        let signature = unblinded[0].derive_verification_key::<Sha512>().sign::<HmacSha512>(PAYLOAD);
        Ok(Redeemed { preimage: unblinded[0].t.to_bytes(), signature })
    }

    fn redeem(&self, redeemed: &Redeemed) -> Result<(), Failed> {
        let preimage = TokenPreimage::from_bytes(&redeemed.preimage).or_fail("a preimage")?;
        let key = self.0.rederive_unblinded_token(&preimage).derive_verification_key::<Sha512>();
        ensure(key.verify::<HmacSha512>(&redeemed.signature, PAYLOAD), "a token that is none")
    }
}

/// Redeems tokens: derives each anew, and checks the client's MAC under it.
pub fn redeeming(server: &Rc<Server>) -> Side {
    let (maker, worker) = (Rc::clone(server), Rc::clone(server));
    let prepare = move |stream: &mut Stream| (0..TOKENS).map(|_| maker.issue(stream)).collect::<Result<Vec<_>, _>>();
    let work = move |tokens: &mut Vec<Redeemed>| tokens.iter().try_for_each(|token| worker.redeem(token));
    Side::new("challenge-bypass-ristretto, redeem", TOKENS, prepare, work).at_most(8)
}

/// Signs a batch with one proof, from bytes to bytes.
pub fn signing(server: &Rc<Server>) -> Side {
    let server = Rc::clone(server);
    let prepare = |stream: &mut Stream| {
        let mut generator = stream.generator();
        let blinded = (0..COINS).map(|_| Token::random::<Sha512, _>(&mut generator).blind().to_bytes());
        Ok((blinded.collect::<Vec<_>>(), stream.generator()))
    };
    let work = move |(asked, generator): &mut (Vec<[u8; 32]>, ChaCha20Rng)| {
        let blinded = asked.iter().map(|bytes| BlindedToken::from_bytes(bytes).or_fail("a blinded token"));
        let blinded: Vec<BlindedToken> = blinded.collect::<Result<_, _>>()?;
        let signed = blinded.iter().map(|token| server.0.sign(token).or_fail("signing"));
        let signed: Vec<SignedToken> = signed.collect::<Result<_, _>>()?;
        let proof = BatchDLEQProof::new::<Sha512, _>(generator, &blinded, &signed, &server.0).or_fail("proving")?;
        Ok((signed.iter().map(SignedToken::to_bytes).collect::<Vec<_>>(), proof.to_bytes()))
    };
    Side::new("challenge-bypass-ristretto, 8", COINS, prepare, work)
}

/// A token is redeemed, and another's signature is no good for it.
///
/// # Errors
/// Which of them went otherwise.
pub fn prove_that_it_works(server: &Server, stream: &mut Stream) -> Result<(), Failed> {
    let (good, other) = (server.issue(stream)?, server.issue(stream)?);
    server.redeem(&good)?;
    let spoiled = Redeemed { signature: other.signature, ..good };
    ensure(server.redeem(&spoiled).is_err(), "another token's signature passes")
}
