//! `wallet-script`: a wallet, and what happens to it.

use ronde_protocol::{
    crypto::{Entropy, Seed},
    machine::{
        durable::{Durable, Sealed},
        wallet::{ClaimedOrder, Coin, OpenOrder, Probed, Settled, Task, Wallet, WalletError},
    },
    message::{
        charter::Charter,
        class::Kind,
        ids::{KeysetId, OrderDigest, WitnessIndex},
        order::{Columns, Submission},
        text::Text,
    },
};
use serde::{Deserialize, Serialize};

use super::{
    given::walk,
    wallets::{Terms, evaluations, link, refuse},
};
use crate::answer::{Hex, Octets, Refused};
use crate::file::Object;

/// An empty wallet, and what happens, one thing after the other.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptInput {
    charters: Vec<Octets>,
    seed: Hex<32>,
    device: u32,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(tag = "step", deny_unknown_fields, rename_all = "kebab-case")]
enum Step {
    /// The owner claims a grant; the wallet draws this keyset.
    Claim { terms: Terms, keyset: u32, now: u64 },
    /// The store answers the claim.
    Claimed { order: Octets, certificate: Octets, evaluations: Vec<Octets>, now: u64 },
    /// Coins of a denomination move; the wallet draws this later keyset.
    Move { keyset: u32, denomination: u64, into: u32, now: u64 },
    /// An order's certificate comes.
    Answer { digest: OrderDigest, certificate: Octets, evaluations: Vec<Octets>, now: u64 },
    /// Evaluations come alone.
    Evaluations { digest: OrderDigest, evaluations: Vec<Octets> },
    /// The certificate of a conflicting order comes.
    Conflict { digest: OrderDigest, order: Octets, certificate: Octets, now: u64 },
    /// An order of another wallet of the seed.
    Recover { order: Octets, certificate: Octets, evaluations: Vec<Octets>, now: u64 },
    /// Answers to a probe.
    Probed { probe: Octets, answers: Vec<Octets>, now: u64 },
}

/// What came of each step, and the wallet after the last.
#[derive(Serialize)]
pub struct Played {
    steps: Vec<Object>,
    coins: Vec<Held>,
    open: Vec<Open>,
    numbers: Vec<Number>,
}

/// A coin.
#[derive(Serialize)]
pub struct Held {
    keyset: u32,
    device: u32,
    number: u64,
    slot: u16,
    kind: Kind,
    point: Hex<32>,
    components: Vec<WitnessIndex>,
    unproven: bool,
    bound_by: Option<OrderDigest>,
}

/// An open order whose digest is known.
#[derive(Serialize)]
pub struct Open {
    digest: OrderDigest,
    state: &'static str,
    columns: Vec<WitnessIndex>,
}

/// The next order number of a keyset.
#[derive(Serialize)]
pub struct Number {
    keyset: u32,
    next: u64,
}

/// Plays a script.
pub fn script(ScriptInput { charters, seed, device, steps }: ScriptInput) -> Result<Played, Refused> {
    let charter = walk(&charters)?;
    let mut player =
        Player { wallet: Wallet::new(Seed::new(seed.0), *charter.federation(), device), charter, claims: 0 };
    let steps = steps.into_iter().map(|step| player.play(step).unwrap_or_else(|refused| refused.0)).collect();
    Ok(player.wallet.played(steps))
}

struct Player {
    wallet: Wallet,
    charter: Charter,
    claims: u64,
}

/// Nothing of this wallet outlives the question.
fn out<T>(sealed: Result<Sealed<T>, WalletError>) -> Result<T, Refused> {
    Ok(sealed.map_err(|error| refuse(&error))?.release(&Durable::after_commit()))
}

impl Player {
    fn play(&mut self, step: Step) -> Result<Object, Refused> {
        match step {
            Step::Claim { terms, keyset, now } => self.claim(&terms, KeysetId(keyset), now),
            Step::Claimed { order, certificate, evaluations: given, now } => {
                let evaluations = evaluations(&given)?;
                let answer = ClaimedOrder { order: order.read()?, certificate: certificate.read()?, evaluations };
                let link = link(self.claims)?;
                settled(&out(self.wallet.handle_claim_answer(&self.charter, &link, answer, now))?)
            }
            Step::Move { keyset, denomination, into, now } => {
                self.moved(KeysetId(keyset), denomination, KeysetId(into), now)
            }
            Step::Answer { digest, certificate, evaluations: given, now } => {
                let (certificate, given) = (certificate.read()?, evaluations(&given)?);
                settled(&out(self.wallet.handle_answer(&self.charter, &digest, certificate, &given, now))?)
            }
            Step::Evaluations { digest, evaluations: given } => {
                settled(&out(self.wallet.handle_evaluations(&self.charter, &digest, &evaluations(&given)?))?)
            }
            Step::Conflict { digest, order, certificate, now } => {
                let (order, certificate) = (order.read()?, certificate.read()?);
                out(self.wallet.handle_conflict(&self.charter, &digest, &order, certificate, now))?;
                Ok(Object::new())
            }
            Step::Recover { order, certificate, evaluations: given, now } => {
                let (order, certificate, given) = (order.read()?, certificate.read()?, evaluations(&given)?);
                let recovered = out(self.wallet.recover(&self.charter, order, certificate, &given, now))?;
                let mut said = settled(&recovered.settled)?;
                said.insert("behind".to_owned(), recovered.behind.into());
                Ok(said)
            }
            Step::Probed { probe, answers, now } => {
                let answers = answers.iter().map(Octets::read).collect::<Result<_, _>>()?;
                probed(out(self.wallet.handle_probe(&self.charter, &probe.read()?, answers, now))?)
            }
        }
    }

    fn claim(&mut self, terms: &Terms, keyset: KeysetId, now: u64) -> Result<Object, Refused> {
        self.claims += 1;
        let (link, secret) = (link(self.claims)?, Text::new("secret").map_err(|_| Refused::named("bad-text"))?);
        let plan = |charter: &Charter, wallet: &mut Wallet, entropy| {
            let request = out(wallet.plan_claim(charter, link.clone(), secret.clone(), terms.read(), now, entropy))?;
            Ok((request.keyset == keyset).then(Object::new))
        };
        self.draw(plan)
    }

    fn moved(&mut self, keyset: KeysetId, denomination: u64, into: KeysetId, now: u64) -> Result<Object, Refused> {
        self.draw(|charter, wallet, entropy| {
            let submission = out(wallet.move_on(charter, keyset, denomination, now, entropy))?;
            let order = &submission.signed.order;
            let drawn = order.outputs.iter().all(|output| output.class.keyset == into);
            if drawn { object(&Moving::of(&submission)).map(Some) } else { Ok(None) }
        })
    }

    /// Draws until the wallet draws what the script says.
    fn draw(
        &mut self,
        plan: impl Fn(&Charter, &mut Wallet, Entropy) -> Result<Option<Object>, Refused>,
    ) -> Result<Object, Refused> {
        let before = self.wallet.to_bytes();
        for number in 0..=u8::MAX {
            let mut wallet = Wallet::from_bytes(&before).map_err(|_| Refused::named("bad-encoding"))?;
            if let Some(said) = plan(&self.charter, &mut wallet, Entropy::new([number; 32]))? {
                self.wallet = wallet;
                return Ok(said);
            }
        }
        Err(Refused::named("never-drawn"))
    }
}

/// What a wallet sends to move coins; the signature apart, which is never the same twice.
#[derive(Serialize)]
struct Moving {
    order: Octets,
    columns: Vec<Shown>,
}

/// A column.
#[derive(Serialize)]
struct Shown {
    index: u8,
    components: Vec<Hex<32>>,
}

impl Moving {
    fn of(submission: &Submission) -> Self {
        let columns = submission.columns.iter().map(|column| Shown {
            index: column.index.0,
            components: column.components.iter().map(|component| Hex(component.0)).collect(),
        });
        Self { order: Octets::of(&submission.signed.order), columns: columns.collect() }
    }
}

fn object(said: &impl Serialize) -> Result<Object, Refused> {
    match serde_json::to_value(said) {
        Ok(serde_json::Value::Object(object)) => Ok(object),
        _ => Err(Refused::named("no-object")),
    }
}

/// Where an order stands after an answer.
#[derive(Serialize)]
struct Stands {
    digest: OrderDigest,
    usable: bool,
    complete: bool,
    spoiled: usize,
    evidence: Vec<Hex<32>>,
}

fn settled(settled: &Settled) -> Result<Object, Refused> {
    object(&Stands {
        digest: settled.digest,
        usable: settled.usable,
        complete: settled.complete,
        spoiled: settled.spoiled,
        evidence: settled.evidence.iter().map(|evidence| Hex(evidence.id())).collect(),
    })
}

/// What the answers to a probe come to.
#[derive(Serialize)]
struct Came {
    state: &'static str,
    order: Option<OrderDigest>,
    adopted: bool,
}

fn probed(probed: Probed) -> Result<Object, Refused> {
    let (state, order, adopted) = match probed {
        Probed::Unbound(_) => ("unbound", None, false),
        Probed::Bound(half_done) => ("bound", Some(half_done.digest), half_done.adopted),
        Probed::Spent(certified) => ("spent", Some(certified.order.digest()), false),
        Probed::Unclear { .. } => ("unclear", None, false),
    };
    object(&Came { state, order, adopted })
}

impl From<&Coin> for Held {
    fn from(coin: &Coin) -> Self {
        Self {
            keyset: coin.place.keyset.0,
            device: coin.place.device,
            number: coin.place.order,
            slot: coin.place.slot,
            kind: coin.kind,
            point: Hex(coin.point.0),
            components: coin.components.keys().copied().collect(),
            unproven: coin.unproven,
            bound_by: coin.held_by,
        }
    }
}

impl Open {
    fn of(open: &OpenOrder) -> Option<Self> {
        let digest = open.order()?.digest();
        let indices = |columns: &Columns| columns.iter().map(|column| column.index).collect();
        let (state, columns) = match (&open.task, &open.certificate) {
            (Task::Complete { .. } | Task::Recovered { usable: true, .. }, _) => ("completing", Vec::new()),
            (_, Some(_)) => ("certified", Vec::new()),
            (Task::Spend { submission, .. }, None) => ("signed", indices(&submission.columns)),
            (_, None) => ("ordered", Vec::new()),
        };
        Some(Self { digest, state, columns })
    }
}

trait Shows {
    fn played(&self, steps: Vec<Object>) -> Played;
}

impl Shows for Wallet {
    fn played(&self, steps: Vec<Object>) -> Played {
        let book = self.book();
        let mut coins: Vec<&Coin> = book.coins.iter().collect();
        coins.sort_by_key(|coin| (coin.place, coin.kind));
        let mut open: Vec<Open> = book.open.iter().filter_map(Open::of).collect();
        open.sort_by_key(|open| open.digest);
        let numbers = book.next_order.iter().map(|(keyset, next)| Number { keyset: keyset.0, next: *next });
        Played { steps, coins: coins.into_iter().map(Held::from).collect(), open, numbers: numbers.collect() }
    }
}
