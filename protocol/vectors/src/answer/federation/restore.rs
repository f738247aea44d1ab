//! `bucket-*`, `probe*`, `wallet-search`: restoring a wallet from its seed.

use ronde_protocol::{
    crypto::{Entropy, Seed, coin::derive_coin_secret},
    limits::MAX_BUCKET_BITS,
    machine::{
        wallet::{Search, Verdict, Wallet, agreed_length, judge},
        witness::buckets::{BucketSizes, places_of},
    },
    message::{
        bucket::{BucketError, BucketLength, BucketPage, BucketPlace, BucketQuery, bucket_number},
        ids::{FederationId, KeysetId, OrderDigest, WitnessIndex},
        order::Order,
        probe::{Probe, ProbeAnswer, ProbeError, VerifiedState},
    },
};
use serde::{Deserialize, Serialize};

use super::given::{keyset, named, walk};
use crate::answer::{Hex, Nothing, Octets, Refused};

/// An order, and a keyset in whose buckets it is found.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlacesInput {
    order: Octets,
    keyset: u32,
    bits: u8,
}

/// Where it is found, by increasing place.
#[derive(Serialize)]
pub struct Places {
    places: Vec<Shown>,
}

/// An entry's place.
#[derive(Serialize)]
pub struct Shown {
    blinded: Hex<32>,
    digest: OrderDigest,
    number: u32,
}

impl Shown {
    fn of(place: &BucketPlace, bits: u8) -> Self {
        let number = bucket_number(&place.blinded, bits);
        Self { blinded: Hex(place.blinded.0), digest: place.digest, number }
    }
}

/// Under which B an order is found, and in which buckets.
pub fn places(PlacesInput { order, keyset, bits }: PlacesInput) -> Result<Places, Refused> {
    let order: Order = order.read()?;
    let mut places: Vec<BucketPlace> = places_of(&order, order.digest(), KeysetId(keyset)).collect();
    places.sort_by_key(BucketPlace::key);
    Ok(Places { places: places.iter().map(|place| Shown::of(place, bits)).collect() })
}

/// How many entries the buckets of 16 bits have: so many each, but for some.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SizesInput {
    each: u64,
    but: Vec<But>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct But {
    number: u32,
    entries: u64,
}

/// The longest prefix.
#[derive(Serialize)]
pub struct Bits {
    bits: u8,
}

/// How long prefixes are.
pub fn sizes(SizesInput { each, but }: SizesInput) -> Result<Bits, Refused> {
    let mut sizes = BucketSizes::default();
    for number in 0..1_u32 << MAX_BUCKET_BITS {
        let other = but.iter().find(|of| of.number == number).map(|of| of.entries);
        sizes.add(number, other.unwrap_or(each));
    }
    Ok(Bits { bits: sizes.longest_prefix() })
}

/// What witnesses say of their prefixes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LengthInput {
    charters: Vec<Octets>,
    keyset: u32,
    nonce: Hex<32>,
    answers: Vec<Octets>,
}

/// The length that a wallet goes by.
pub fn length(LengthInput { charters, keyset: id, nonce, answers }: LengthInput) -> Result<Bits, Refused> {
    let charter = walk(&charters)?;
    let answers: Vec<BucketLength> = answers.iter().map(Octets::read).collect::<Result<_, _>>()?;
    let bits = agreed_length(keyset(&charter, id)?, &nonce.0, &answers);
    bits.map(|bits| Bits { bits }).map_err(|good| Refused::named("too-few").with("answered", good))
}

/// A piece of a bucket, and what was asked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageInput {
    charters: Vec<Octets>,
    index: u8,
    query: Octets,
    page: Octets,
}

/// What it holds, and from where to ask on.
#[derive(Serialize)]
pub struct Page {
    places: Vec<Shown>,
    next: Option<Shown>,
}

/// Whether a witness gave this piece as the answer to this question.
pub fn page(PageInput { charters, index, query, page }: PageInput) -> Result<Page, Refused> {
    let charter = walk(&charters)?;
    let query: BucketQuery = query.read()?;
    let page: BucketPage = page.read()?;
    let verified = page.verify(keyset(&charter, query.keyset.0)?, WitnessIndex(index), &query);
    let verified = verified.map_err(|error| match error {
        BucketError::NotSigned(by) | BucketError::Disorder(by) => named(&error).with("index", by.0),
    })?;
    let shown = |place: &BucketPlace| Shown::of(place, query.bits);
    let places = verified.entries().iter().map(|entry| shown(&entry.place())).collect();
    Ok(Page { places, next: verified.next().as_ref().map(shown) })
}

/// A probe as it comes to a store or witness.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProbeInput {
    federation: Hex<32>,
    probe: Octets,
}

/// Whether the coin's key signed it.
pub fn probe(ProbeInput { federation, probe }: ProbeInput) -> Result<Nothing, Refused> {
    let probe: Probe = probe.read()?;
    probe.check(&FederationId(federation.0))?;
    Ok(Nothing {})
}

/// A coin's place, and randomness.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignInput {
    seed: Hex<32>,
    federation: Hex<32>,
    keyset: u32,
    device: u32,
    order: u64,
    slot: u16,
    nonce: Hex<32>,
    entropy: Hex<32>,
}

/// The probe.
#[derive(Serialize)]
pub struct Signed {
    probe: Octets,
}

/// Signs a probe.
pub fn probe_sign(input: SignInput) -> Result<Signed, Refused> {
    let seed = Seed::new(input.seed.0).for_federation(&input.federation.0);
    let secret = derive_coin_secret(&seed, input.keyset, input.device, input.order, input.slot);
    let (federation, keyset) = (FederationId(input.federation.0), KeysetId(input.keyset));
    let signed = Probe::sign(&secret, &federation, keyset, input.nonce.0, Entropy::new(input.entropy.0));
    signed.map(|probe| Signed { probe: Octets::of(&probe) }).map_err(|error| named(&error))
}

/// An answer to a probe.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerInput {
    charters: Vec<Octets>,
    probe: Octets,
    answer: Octets,
}

/// What a witness says of a coin.
#[derive(Serialize)]
pub struct Said {
    index: u8,
    state: &'static str,
    order: Option<OrderDigest>,
}

/// Whether a witness gave this answer, and whether it proves what it says.
pub fn probe_answer(AnswerInput { charters, probe, answer }: AnswerInput) -> Result<Said, Refused> {
    let charter = walk(&charters)?;
    let probe: Probe = probe.read()?;
    let answer: ProbeAnswer = answer.read()?;
    let index = answer.index.0;
    let verified = answer.verify(keyset(&charter, probe.keyset.0)?, &probe.check(charter.federation())?);
    let verified = verified.map_err(|error| match error {
        ProbeError::NotSigned(by) | ProbeError::NoProof(by) => named(&error).with("index", by.0),
    })?;
    let (state, order) = match verified {
        VerifiedState::Unbound => ("unbound", None),
        VerifiedState::Bound(signed) => ("bound", Some(signed.order.digest())),
        VerifiedState::Spent(order, _) => ("spent", Some(order.digest())),
    };
    Ok(Said { index, state, order })
}

/// All answers to a probe.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerdictInput {
    charters: Vec<Octets>,
    probe: Octets,
    answers: Vec<Octets>,
}

/// What they come to: `unbound`, `bound` or `spent` by an order, or `unclear`.
#[derive(Serialize)]
pub struct Decided {
    state: &'static str,
    order: Option<OrderDigest>,
}

/// What a wallet makes of the answers to a probe.
pub fn verdict(VerdictInput { charters, probe, answers }: VerdictInput) -> Result<Decided, Refused> {
    let charter = walk(&charters)?;
    let probe: Probe = probe.read()?;
    let answers: Vec<ProbeAnswer> = answers.iter().map(Octets::read).collect::<Result<_, _>>()?;
    let checked = probe.check(charter.federation())?;
    let (state, order) = match judge(keyset(&charter, probe.keyset.0)?, &checked, answers) {
        Verdict::Unbound => ("unbound", None),
        Verdict::Bound(signed, _) => ("bound", Some(signed.order.digest())),
        Verdict::Spent(certified) => ("spent", Some(certified.order.digest())),
        Verdict::Unclear(..) => ("unclear", None),
    };
    Ok(Decided { state, order })
}

/// A search, and the numbers that were answered: each is one that is open.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchInput {
    charters: Vec<Octets>,
    now: u64,
    device: u32,
    answered: Vec<Answered>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answered {
    keyset: u32,
    numbers: Vec<u64>,
    found: Vec<u64>,
}

/// What is to be asked next, or the device index that the wallet takes.
#[derive(Serialize)]
pub struct Searching {
    device: u32,
    open: Vec<Open>,
    done: bool,
}

/// Open numbers of a keyset.
#[derive(Serialize)]
pub struct Open {
    keyset: u32,
    numbers: Vec<u64>,
}

/// Goes through a search.
pub fn search(SearchInput { charters, now, device, answered }: SearchInput) -> Result<Searching, Refused> {
    let charter = walk(&charters)?;
    let wallet = Wallet::new(Seed::new([0; 32]), *charter.federation(), device);
    let mut search = Search::new(&wallet, &charter, now);
    for Answered { keyset, numbers, found } in answered {
        for number in numbers {
            if !search.open().contains(&(KeysetId(keyset), number)) {
                return Err(Refused::named("not-open"));
            }
            search.note(KeysetId(keyset), number, found.contains(&number));
            if search.open().is_empty()
                && let Some(device) = search.next_device()
            {
                return Ok(Searching { device, open: Vec::new(), done: true });
            }
        }
    }
    let mut open: Vec<Open> = Vec::new();
    for (keyset, number) in search.open() {
        match open.last_mut().filter(|of| of.keyset == keyset.0) {
            Some(of) => of.numbers.push(number),
            None => open.push(Open { keyset: keyset.0, numbers: vec![number] }),
        }
    }
    Ok(Searching { device: search.device(), open, done: false })
}
