//! Searching for what was done with the seed, with nothing but the seed.

mod stores;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use age::secrecy::SecretString;
use ronde_protocol::crypto::Seed;
use ronde_protocol::machine::wallet::{Asking, ClaimedOrder, Question, Search, Searched, Wallet, WalletError};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::bucket::{BucketPage, LengthQuery};
use ronde_protocol::message::charter::Keyset;
use ronde_protocol::message::ids::{FederationId, KeysetId, OrderDigest, WitnessIndex};

use self::stores::Stores;
use super::carry::STORES;
use super::{Resumed, Session, fresh};
use crate::entropy;
use crate::wallet::Trouble;
use crate::wallet::charter::nodes;

/// How far a search is.
#[derive(Clone, Debug, Default)]
pub struct Searching {
    /// The device that is searched.
    pub device: u32,
    /// Questions that were answered.
    pub questions: usize,
    /// Orders that were found.
    pub orders: BTreeSet<OrderDigest>,
    /// Points that came back: some may have been spent since.
    pub points: Points,
    /// How many orders the smallest bucket had that was read: each question hides among so many.
    pub among: Option<u64>,
    /// Stores that were asked through.
    pub stores: BTreeSet<String>,
}

/// What a search brought.
#[derive(Debug)]
pub struct Restored {
    /// How far it went.
    pub searching: Searching,
    /// What became of the coins, and of what was half done.
    pub resumed: Vec<Resumed>,
}

impl Session {
    /// Makes a wallet of 24 words that were used before, to be searched for: nothing else can be done with it until
    /// [`Session::restore`] has ended.
    pub fn create_searching(
        seed: Seed,
        path: &Path,
        node: &str,
        federation: Option<&FederationId>,
        passphrase: Option<SecretString>,
    ) -> Result<Self, Trouble> {
        Self::create_with(path, node, federation, passphrase, |federation| {
            let mut wallet = Wallet::new(seed, federation, 0);
            // It is saved before anybody is asked anything.
            let _ = wallet.begin_search();
            wallet
        })
    }

    /// Searches for every order that was made with the seed (RESTORE-17), takes a device index that none had (RESTORE-23),
    /// completes what is open or half done, and asks about every coin. Begun anew after it was cut off; what was found
    /// before is kept.
    pub fn restore(&mut self, tell: &mut dyn FnMut(&Searching)) -> Result<Restored, Trouble> {
        self.refresh();
        self.wallet.begin_search().release(&self.folder.save(&self.wallet)?);
        let mut search = Search::new(&self.wallet, self.charters.charter(), self.now());
        if search.is_idle() {
            return Err(Trouble::NoKeysetServed);
        }
        let (mut stores, mut searching) = (Stores::default(), Searching::default());
        self.lengths(&mut search, &mut stores)?;
        let device = loop {
            let Some(question) = search.next_question(&self.wallet, fresh()?) else {
                match search.next_device() {
                    Some(device) => break device,
                    None => {
                        searching.device = search.device();
                        tell(&searching);
                        continue;
                    }
                }
            };
            let found = self.ask(&question, &mut stores)?;
            searching.stores = stores.answered().clone();
            let mut any = false;
            for order in found.orders {
                any |= self.take_found(&question, order, &mut searching)?;
            }
            search.handle_answer(&question, any);
            searching.questions += 1;
            searching.among = Some(searching.among.map_or(found.among, |least| least.min(found.among)));
            tell(&searching);
        };
        self.wallet.end_search(device).release(&self.folder.save(&self.wallet)?);
        searching.device = device;
        if searching.stores.len() == 1 {
            self.warnings.push(
                "only one store answered, so it was asked all questions: it can tell that they go together".to_owned(),
            );
        }
        Ok(Restored { searching, resumed: self.resume()? })
    }

    /// How long prefixes are, of every keyset that still answers.
    fn lengths(&mut self, search: &mut Search, stores: &mut Stores) -> Result<(), Trouble> {
        for keyset in search.without_length() {
            let keyset = self.keyset(keyset)?;
            let mut known = false;
            for node in nodes(self.charter())?.into_iter().take(STORES) {
                let query = LengthQuery { keyset: keyset.id(), nonce: entropy::fresh()? };
                let lengths = self.client.bucket_lengths(&node, &query).unwrap_or_default();
                known = search.handle_lengths(&keyset, &query.nonce, &lengths).is_ok();
                if known {
                    stores.note_reached(&node);
                    break;
                }
                stores.note_failure(&node);
            }
            if !known {
                return Err(Trouble::SearchCutOff);
            }
        }
        Ok(())
    }

    /// Asks through a store drawn at random; through another only if that one can't, or alone was asked so far
    /// (RESTORE-18).
    fn ask(&mut self, question: &Question, stores: &mut Stores) -> Result<Searched, Trouble> {
        let keyset = self.keyset(question.keyset)?;
        for node in stores.route(nodes(self.charter())?).into_iter().take(STORES) {
            let mut asking = Asking::new(*question, &keyset, fresh()?);
            self.read_buckets(&node, &keyset, &mut asking);
            if let Ok(searched) = asking.finish() {
                stores.note_answer(&node);
                return Ok(searched);
            }
            stores.note_failure(&node);
        }
        Err(Trouble::SearchCutOff)
    }

    /// One answer brings several pages. Those that are not read yet when a witness is put aside are read first when its
    /// turn comes again, and not asked for twice.
    fn read_buckets(&self, node: &str, keyset: &Keyset, asking: &mut Asking) {
        let mut unread = BTreeMap::<WitnessIndex, VecDeque<BucketPage>>::new();
        while let Some((index, query)) = asking.poll() {
            let pages = unread.entry(index).or_default();
            if pages.is_empty() {
                match self.client.bucket_pages(node, index, &query) {
                    Ok(more) => pages.extend(more),
                    // What can't be reached for one witness can't be for another.
                    Err(Trouble::Unreachable { .. }) => return,
                    Err(_) => {}
                }
            }
            match pages.pop_front() {
                // A page that is none ends the reading of this witness's bucket.
                Some(page) => drop(asking.handle_page(self.charters.charter(), keyset, page)),
                None => asking.handle_silence(),
            }
        }
    }

    /// Whether an order with the B that was asked for is this seed's.
    fn take_found(
        &mut self,
        question: &Question,
        found: ClaimedOrder,
        searching: &mut Searching,
    ) -> Result<bool, Trouble> {
        let digest = found.order.digest();
        let (charter, now) = (self.charters.charter(), self.now());
        // What does not verify, or is somebody else's, is as if it had not come.
        let Ok(sealed) = self.wallet.handle_found(charter, question, found, now) else { return Ok(false) };
        let recovered = sealed.release(&self.folder.save(&self.wallet)?);
        searching.orders.insert(digest);
        searching.points = searching.points.plus(recovered.points).map_err(WalletError::from)?;
        Ok(true)
    }

    fn keyset(&self, id: KeysetId) -> Result<Keyset, Trouble> {
        self.charter().keyset(id).cloned().ok_or(Trouble::SearchCutOff)
    }
}
