//! The crate `privacypass`: RFC 9578, private tokens (VOPRF) and public ones (blind RSA). What redeems them remembers
//! their nonces in memory.

use std::rc::Rc;

use futures_executor::block_on;
use p384::NistP384;
use privacypass::{
    TokenType,
    auth::authenticate::TokenChallenge,
    common::private::{PrivateCipherSuite, PublicKey},
    private_tokens::{self, PrivateToken, Ristretto255},
    public_tokens::{
        self, PublicToken, public_key_to_truncated_token_key_id,
        server::{IssuerServer, OriginKeyStore as _, OriginServer},
    },
    test_utils::{
        nonce_store::MemoryNonceStore,
        private_memory_store::MemoryKeyStoreVoprf,
        public_memory_store::{IssuerMemoryKeyStore, OriginMemoryKeyStore},
    },
};

use crate::{
    fail::{Failed, OrFail, ensure},
    pace::Side,
    stream::Stream,
};

/// Who redeems, as a challenge says it.
const ORIGIN: &str = "shop.example";

fn challenge(token_type: TokenType) -> TokenChallenge {
    TokenChallenge::new(token_type, ORIGIN, None, &[ORIGIN.to_owned()])
}

/// A server of private tokens, which can redeem only what it issued. The crate draws keys, nonces and blinds itself.
pub struct Private<CS: PrivateCipherSuite> {
    server: private_tokens::server::Server<CS>,
    keys: MemoryKeyStoreVoprf<CS>,
    public: PublicKey<CS>,
    spent: MemoryNonceStore,
}

impl<CS: PrivateCipherSuite> Private<CS> {
    /// With a fresh key.
    ///
    /// # Errors
    /// The peer's.
    pub fn new() -> Result<Self, Failed> {
        let (server, keys) = (private_tokens::server::Server::new(), MemoryKeyStoreVoprf::default());
        let public = block_on(server.create_keypair(&keys)).or_fail("a key")?;
        Ok(Self { server, keys, public, spent: MemoryNonceStore::default() })
    }

    fn issue(&self) -> Result<PrivateToken<CS>, Failed> {
        let asked = private_tokens::TokenRequest::<CS>::new(self.public, &challenge(CS::token_type()));
        let (request, state) = asked.or_fail("a request")?;
        let issued = block_on(self.server.issue_token_response(&self.keys, request)).or_fail("issuing")?;
        issued.issue_token(&state).or_fail("a token")
    }

    fn redeem(&self, token: PrivateToken<CS>) -> Result<(), Failed> {
        block_on(self.server.redeem_token(&self.keys, &self.spent, token)).or_fail("redeeming")
    }

    /// A token is redeemed once.
    ///
    /// # Errors
    /// If it is not, or twice.
    pub fn prove_that_it_works(&self) -> Result<(), Failed> {
        let token = self.issue()?;
        self.redeem(token.clone())?;
        ensure(self.redeem(token).is_err(), "a private token is redeemed twice")?;
        let strange = Self::new()?.issue()?;
        ensure(self.redeem(strange).is_err(), "another server's token is redeemed")
    }
}

fn private<CS: PrivateCipherSuite + 'static>(name: &'static str, server: Rc<Private<CS>>) -> Side {
    let maker = Rc::clone(&server);
    let prepare = move |_: &mut Stream| maker.issue().map(Some);
    let work = move |token: &mut Option<PrivateToken<CS>>| server.redeem(token.take().or_fail("a token")?);
    Side::new(name, 1, prepare, work).at_most(40)
}

/// Redeems private tokens over ristretto255.
pub fn redeeming_ristretto(server: Private<Ristretto255>) -> Side {
    private("privacypass 0.2, private ristretto", Rc::new(server))
}

/// Redeems private tokens over P-384.
pub fn redeeming_p384(server: Private<NistP384>) -> Side {
    private("privacypass 0.2, private P-384", Rc::new(server)).at_most(6)
}

/// An issuer of public tokens, and an origin that redeems them.
pub struct Public {
    issuer: IssuerServer,
    issuer_keys: IssuerMemoryKeyStore,
    origin: OriginServer,
    origin_keys: OriginMemoryKeyStore,
    public: public_tokens::PublicKey,
    spent: MemoryNonceStore,
}

impl Public {
    /// With a fresh key. Takes a second or so.
    ///
    /// # Errors
    /// The peer's.
    pub fn new(stream: &mut Stream) -> Result<Self, Failed> {
        let (issuer, issuer_keys) = (IssuerServer::new(), IssuerMemoryKeyStore::default());
        let made = block_on(issuer.create_keypair(&mut stream.newer_generator(), &issuer_keys));
        let public = made.or_fail("a key")?;
        let origin_keys = OriginMemoryKeyStore::default();
        let id = public_key_to_truncated_token_key_id(&public).or_fail("a key's name")?;
        block_on(origin_keys.insert(id, public.clone()));
        let origin = OriginServer::new();
        Ok(Self { issuer, issuer_keys, origin, origin_keys, public, spent: MemoryNonceStore::default() })
    }

    fn issue(&self, stream: &mut Stream) -> Result<PublicToken, Failed> {
        let (mut generator, challenge) = (stream.newer_generator(), challenge(TokenType::Public));
        let asked = public_tokens::TokenRequest::new(&mut generator, self.public.clone(), &challenge);
        let (request, state) = asked.or_fail("a request")?;
        let issued = block_on(self.issuer.issue_token_response(&self.issuer_keys, request)).or_fail("issuing")?;
        issued.issue_token(&state).or_fail("a token")
    }

    fn redeem(&self, token: PublicToken) -> Result<(), Failed> {
        block_on(self.origin.redeem_token(&self.origin_keys, &self.spent, token)).or_fail("redeeming")
    }

    /// A token is redeemed once.
    ///
    /// # Errors
    /// If it is not, or twice.
    pub fn prove_that_it_works(&self, stream: &mut Stream) -> Result<(), Failed> {
        let token = self.issue(stream)?;
        self.redeem(token.clone())?;
        ensure(self.redeem(token).is_err(), "a public token is redeemed twice")
    }
}

/// Redeems public tokens.
pub fn redeeming_public(server: Public) -> Side {
    let server = Rc::new(server);
    let maker = Rc::clone(&server);
    let prepare = move |stream: &mut Stream| maker.issue(stream).map(Some);
    let work = move |token: &mut Option<PublicToken>| server.redeem(token.take().or_fail("a token")?);
    Side::new("privacypass 0.2, public (blind RSA)", 1, prepare, work).at_most(6)
}
