//! Restoring a wallet from its seed: buckets, probes, and where a search stands.

pub mod probes;
mod turns;

use ronde_protocol::{
    crypto::group::PointBytes,
    message::{
        bucket::{BucketEntry, BucketLength, BucketPage, BucketPlace, BucketQuery, bucket_number},
        class::Kind,
        ids::{KeysetId, WitnessIndex},
        log::CertifiedOrder,
        order::Order,
    },
};
use ronde_vectors::file::{Group, Test};
use serde_json::{Value, json};

use super::{
    coins::{Numbered, body, earn, output_of, points, redeem},
    world::{CAMPAIGN, DAY, FOUR, KEYSET, NOW, OFFER, Plan, World, bytes, first, list, shown},
};
use crate::vectors::{
    case::{Case, case, group},
    draw,
};

type Tests = Vec<Result<Test, String>>;

/// Buckets, probes and searches.
pub fn suite() -> Result<Vec<Group>, String> {
    let world = World::new(&FOUR);
    Ok(vec![
        group("bucket-places", places(&world))?,
        group("bucket-sizes", sizes())?,
        group("bucket-length", lengths(&world))?,
        group("bucket-page", pages(&world))?,
        group("probe", probes::questions(&world))?,
        group("probe-sign", probes::signed(&world))?,
        group("probe-answer", probes::answers(&world))?,
        group("probe-verdict", probes::verdicts(&world))?,
        group("wallet-search", searches(&world))?,
        group("bucket-turns", turns::tests())?,
    ])
}

/// The places of an order's outputs that have these kinds, as they stand in a vector.
fn found(order: &Order, bits: u8, kinds: &[Kind]) -> Value {
    let of = order.outputs.iter().filter(|output| kinds.contains(&output.class.kind));
    let mut places: Vec<BucketPlace> =
        of.map(|output| BucketPlace { blinded: output.blinded, digest: order.digest() }).collect();
    places.sort_by_key(BucketPlace::key);
    json!({"places": places.iter().map(|place| place_of(place, bits)).collect::<Vec<_>>()})
}

fn place_of(place: &BucketPlace, bits: u8) -> Value {
    let [_, high, low, ..] = place.blinded.0;
    let number = (u32::from(high) * 256 + u32::from(low)) >> (16 - bits);
    json!({"blinded": bytes(&place.blinded.0), "digest": bytes(&place.digest.0), "number": number})
}

fn places(world: &World) -> Tests {
    let (coffee, tea) =
        (Kind::Voucher { offer: OFFER }, Kind::Voucher { offer: ronde_protocol::message::ids::OfferId(9) });
    let ballot = Kind::Ballot { campaign: CAMPAIGN };
    let earned = |to: &[Numbered]| earn(world, 1, "searched", to).order;
    let of = |slug, comment, order: &Order, bits: u8| -> Case {
        let input = json!({"order": shown(order), "keyset": KEYSET.0, "bits": bits});
        case("bucket-places", slug, "RESTORE-15", comment, input)
    };
    let all: [Numbered; 6] = [(1, points(8)), (2, points(8)), (3, points(4)), (4, coffee), (5, tea), (6, ballot)];
    let (whole, vouchers, alone, nothing) = (earned(&all), earned(&all[3..]), earned(&all[5..]), earned(&[]));
    let elsewhere = json!({"order": shown(&whole), "keyset": 2, "bits": 3});
    let mut both = body(world, 0, ronde_protocol::message::order::Purpose::Swap, &[(7, points(8))], &[(1, points(2))]);
    let mut outputs: Vec<_> = both.outputs.iter().copied().collect();
    outputs.push(output_of(KeysetId(2), (2, points(4))));
    outputs.sort_by_key(|output| output.blinded);
    both.outputs = list(outputs);
    let moved = json!({"order": shown(&both), "keyset": 2, "bits": 16});
    vec![
        of("largest", "Two of the largest denomination: each may be at slot 0.", &whole, 3).gives(found(
            &whole,
            3,
            &[points(8)],
        )),
        of("no-bits", "The one bucket of no bits.", &whole, 0).flag("boundary").gives(found(&whole, 0, &[points(8)])),
        of("all-bits", "16 bits.", &whole, 16).flag("boundary").gives(found(&whole, 16, &[points(8)])),
        of("vouchers", "No points: vouchers of the least offer.", &vouchers, 5).gives(found(&vouchers, 5, &[coffee])),
        of("ballot", "A ballot alone.", &alone, 5).gives(found(&alone, 5, &[ballot])),
        of("none", "No outputs.", &nothing, 5).gives(found(&nothing, 5, &[])),
        case("bucket-places", "another-keyset", "RESTORE-15", "No output of the keyset.", elsewhere)
            .gives(json!({"places": []})),
        case("bucket-places", "moved", "RESTORE-15", "Of a Swap into another keyset those of that one.", moved)
            .gives(found(&both, 16, &[points(4)])),
    ]
}

fn sizes() -> Tests {
    let of = |slug, comment, each: u64, but: &[(u32, u64)]| -> Case {
        let but: Vec<Value> =
            but.iter().map(|(number, entries)| json!({"number": number, "entries": entries})).collect();
        case("bucket-sizes", slug, "RESTORE-16", comment, json!({"each": each, "but": but}))
    };
    let missing: Vec<(u32, u64)> = (0..25).map(|number| (number, 0)).collect();
    vec![
        of("empty", "Nothing was certified.", 0, &[]).gives(bits(0)),
        of("full", "1,000 in each of 65,536.", 1000, &[]).gives(bits(16)),
        of("one-short", "999 in one of them.", 1000, &[(77, 999)]).flag("boundary").gives(bits(15)),
        of("twice", "500 in each make 1,000 in each of half as many.", 500, &[]).gives(bits(15)),
        of("one-empty", "One of 65,536 is empty.", 2000, &[(65_535, 0)]).gives(bits(15)),
        of("one-each", "One in each: 1,024 in each of 64.", 1, &[]).gives(bits(6)),
        of("two-short", "One in each, and two missing in one of 64: 1,022.", 1, &[(3, 0), (5, 0)]).gives(bits(6)),
        of("too-few", "One in each, and 25 missing in one of 64: 999.", 1, &missing).flag("boundary").gives(bits(5)),
        of("half-empty", "Only buckets whose first bit is 0 have entries.", 0, &[(1, 5000), (16384, 5000)])
            .gives(bits(0)),
        of("two-halves", "All entries in one bucket of each half.", 0, &[(9, 1000), (40000, 1000)]).gives(bits(1)),
    ]
}

/// A length as it stands in a vector.
fn bits(bits: u8) -> Value {
    json!({"bits": bits})
}

fn length_of(world: &World, index: u8, nonce: &[u8; 32], bits: u8) -> BucketLength {
    BucketLength::sign(&world.keys(KEYSET, index).vote, world.keyset(KEYSET), WitnessIndex(index), nonce, bits)
}

fn lengths(world: &World) -> Tests {
    let nonce: [u8; 32] = draw::bytes("nonce of lengths");
    let of = |slug, rule, comment, answers: &[BucketLength]| -> Case {
        let answers: Vec<Value> = answers.iter().map(shown).collect();
        let input = json!({"charters": world.shown(), "keyset": KEYSET.0, "nonce": bytes(&nonce), "answers": answers});
        case("bucket-length", slug, rule, comment, input)
    };
    let say = |bits: &[u8]| -> Vec<BucketLength> {
        (0..4_u8).zip(bits).map(|(index, bits)| length_of(world, index, &nonce, *bits)).collect()
    };
    let said = |slug, comment, bits: &[u8]| of(slug, "RESTORE-24", comment, &say(bits));
    let few = |answered: usize| json!({"error": "too-few", "answered": answered});
    let mut old = say(&[5, 5, 5]);
    old[1] = length_of(world, 1, &draw::bytes("an older nonce"), 5);
    let mut spoiled = say(&[5, 5, 5]);
    spoiled[2].bits = 4;
    let mut twice = say(&[5, 5]);
    twice.push(length_of(world, 1, &nonce, 6));
    let mut claimed = say(&[3, 3, 3]);
    claimed[0] = BucketLength { index: WitnessIndex(3), ..claimed[0] };
    vec![
        said("agreed", "All say the same.", &[5, 5, 5, 5]).gives(bits(5)),
        said("three", "Three of four answer: the second smallest.", &[7, 3, 5]).gives(bits(5)),
        said("one-says-nothing-fits", "A liar would make the wallet read everything.", &[0, 6, 6, 6])
            .flag("liar")
            .gives(bits(6)),
        said("one-says-everything-fits", "A liar would narrow the buckets.", &[16, 6, 6, 6])
            .flag("liar")
            .gives(bits(6)),
        said("one-lags", "An honest one counted long ago.", &[2, 6, 6]).gives(bits(6)),
        of("two", "RESTORE-24", "Two are fewer than n - f.", &say(&[5, 5])).refused(few(2)),
        of("twice", "RESTORE-24", "One witness counts once.", &twice).refused(few(2)),
        of("old", "RESTORE-26", "An answer to another nonce.", &old).flag("replay").refused(few(2)),
        of("spoiled", "RESTORE-26", "The length is covered.", &spoiled).refused(few(2)),
        of("in-another-name", "RESTORE-26", "The index is covered.", &claimed).refused(few(2)),
        of("too-long", "RESTORE-26", "17 bits.", &say(&[17, 5, 5])).flag("boundary").refused(few(2)),
    ]
}

/// Certified orders with one output each, by increasing place.
fn entries(world: &World, index: u8, numbers: &[u64]) -> Vec<BucketEntry> {
    let mut entries: Vec<BucketEntry> = numbers
        .iter()
        .map(|number| {
            let order = redeem(world, 1, &[(100 + number, points(8))], &[(*number, points(4))]).order;
            let certificate = world.certificate(KEYSET, &[0, 1, 2], &order.digest());
            let evaluation = world.evaluate(&order, KEYSET, index);
            let blinded = order.outputs[0].blinded;
            BucketEntry { blinded, certified: CertifiedOrder { order, certificate }, evaluation }
        })
        .collect();
    entries.sort_by_key(|entry| entry.place().key());
    entries
}

fn query(bits: u8, like: &PointBytes) -> BucketQuery {
    let number = bucket_number(like, bits);
    BucketQuery { keyset: KEYSET, bits, number, after: None, nonce: draw::bytes("nonce of a bucket") }
}

fn page_of(world: &World, index: u8, query: &BucketQuery, entries: &[BucketEntry], more: bool) -> BucketPage {
    let key = world.keys(KEYSET, index).vote;
    let entries = list(entries.iter().cloned());
    BucketPage::sign(&key, world.keyset(KEYSET), WitnessIndex(index), query, entries, more)
}

fn asked(world: &World, about: (&str, &'static str, &str), query: &BucketQuery, page: &BucketPage) -> Case {
    let input = json!({"charters": world.shown(), "index": 2, "query": shown(query), "page": shown(page)});
    case("bucket-page", about.0, about.1, about.2, input)
}

fn shows(entries: &[BucketEntry], bits: u8, next: Option<&BucketEntry>) -> Value {
    let shown: Vec<Value> = entries.iter().map(|entry| place_of(&entry.place(), bits)).collect();
    json!({"places": shown, "next": next.map(|entry| place_of(&entry.place(), bits))})
}

fn pages(world: &World) -> Tests {
    let own = entries(world, 2, &[11, 12, 13]);
    let whole = query(0, &own[0].blinded);
    let of =
        |slug, rule, comment, query: &BucketQuery, page: &BucketPage| asked(world, (slug, rule, comment), query, page);
    let good = page_of(world, 2, &whole, &own, false);
    let error = |name: &str| json!({"error": name, "index": 2});
    let on = BucketQuery { after: Some(own[0].place()), ..whole };
    let narrow = query(16, &own[1].blinded);
    let mut swapped = own.clone();
    swapped.swap(0, 1);
    let alien = entries(world, 1, &[11]);
    let cut = BucketPage { entries: list(own[..2].iter().cloned()), ..good.clone() };
    let hushed = BucketPage { more: false, ..page_of(world, 2, &whole, &own, true) };
    let signed = |query: &BucketQuery, entries: &[BucketEntry], more| page_of(world, 2, query, entries, more);
    vec![
        of("whole", "RESTORE-26", "Three entries, and no more.", &whole, &good).gives(shows(&own, 0, None)),
        of("more", "RESTORE-26", "Two, and more.", &whole, &signed(&whole, &own[..2], true)).gives(shows(
            &own[..2],
            0,
            own.get(1),
        )),
        of("rest", "RESTORE-26", "What comes after the first.", &on, &signed(&on, &own[1..], false)).gives(shows(
            &own[1..],
            0,
            None,
        )),
        of("narrow", "RESTORE-26", "A bucket of 16 bits.", &narrow, &signed(&narrow, &own[1..2], false)).gives(shows(
            &own[1..2],
            16,
            None,
        )),
        of("empty", "RESTORE-26", "Nothing.", &narrow, &signed(&narrow, &[], false)).gives(shows(&[], 16, None)),
        of("cut", "RESTORE-26", "A store left an entry out.", &whole, &cut).flag("relay").refused(error("not-signed")),
        of("no-more-said", "RESTORE-26", "A store says that there is no more.", &whole, &hushed)
            .flag("relay")
            .refused(error("not-signed")),
        of("other-question", "RESTORE-26", "The answer to a question before.", &on, &good)
            .flag("replay")
            .refused(error("not-signed")),
        of(
            "other-witness",
            "RESTORE-26",
            "Witness 1 was not asked.",
            &whole,
            &page_of(world, 1, &whole, &alien, false),
        )
        .refused(error("not-signed")),
        of("other-bucket", "RESTORE-26", "An entry of another bucket.", &narrow, &signed(&narrow, &own[..1], false))
            .flag("liar")
            .refused(error("disorder")),
        of("out-of-order", "RESTORE-26", "Places do not increase.", &whole, &signed(&whole, &swapped, false))
            .flag("liar")
            .refused(error("disorder")),
        of("the-same-again", "RESTORE-26", "The first is the last of before.", &on, &signed(&on, &own, false))
            .flag("liar")
            .refused(error("disorder")),
        of("of-another", "RESTORE-26", "An evaluation of witness 1.", &whole, &signed(&whole, &alien, false))
            .flag("liar")
            .refused(error("disorder")),
        of("endless", "RESTORE-26", "No entry, and more to come.", &whole, &signed(&whole, &[], true))
            .flag("liar")
            .refused(error("disorder")),
    ]
}

/// Questions that were answered: of which keyset, which numbers, which of them were found.
type Answered<'a> = (u32, Vec<u64>, &'a [u64]);

const NOTHING: &[u64] = &[];

fn search(world: &World, about: (&str, &'static str, &str), device: u32, answered: &[Answered<'_>]) -> Case {
    let answered: Vec<Value> = answered
        .iter()
        .map(|(keyset, numbers, found)| json!({"keyset": keyset, "numbers": numbers, "found": found}))
        .collect();
    let input = json!({"charters": world.shown(), "now": NOW, "device": device, "answered": answered});
    case("wallet-search", about.0, about.1, about.2, input)
}

fn open(device: u32, numbers: Vec<(u32, Vec<u64>)>) -> Value {
    let open: Vec<Value> =
        numbers.into_iter().map(|(keyset, numbers)| json!({"keyset": keyset, "numbers": numbers})).collect();
    json!({"device": device, "open": open, "done": false})
}

fn done(device: u32) -> Value {
    json!({"device": device, "open": [], "done": true})
}

fn up(from: u64, to: u64) -> Vec<u64> {
    (from..to).collect()
}

fn all() -> Vec<u64> {
    up(0, 20)
}

fn searches(world: &World) -> Tests {
    let two = World::new(&Plan { keysets: 2, ..FOUR });
    let ended = World::of({
        let mut body = first(&FOUR);
        let mut keysets: Vec<_> = body.keysets.iter().cloned().collect();
        keysets[0].issue_until = NOW - 20 * DAY;
        keysets[0].redeem_until = NOW - 8 * DAY;
        body.keysets = list(keysets);
        body
    });
    let mut tests = numbers(world);
    tests.extend(devices(world));
    tests.extend([
        search(&two, ("two-keysets", "RESTORE-17", "Each keyset has numbers of its own."), 0, &[(2, vec![3], &[3])])
            .gives(open(0, vec![(1, all()), (2, up(0, 24).into_iter().filter(|n| *n != 3).collect())])),
        search(&ended, ("ended", "RESTORE-17", "No keyset is evaluated any more."), 0, &[]).gives(open(0, vec![])),
    ]);
    tests
}

fn numbers(world: &World) -> Tests {
    vec![
        search(world, ("begins", "RESTORE-17", "The first twenty numbers of device 0."), 0, &[])
            .gives(open(0, vec![(1, all())])),
        search(world, ("found", "RESTORE-17", "Number 7 was found: twenty beyond it."), 0, &[(1, vec![12, 7], &[7])])
            .gives(open(0, vec![(1, up(0, 28).into_iter().filter(|n| ![7, 12].contains(n)).collect())])),
        search(
            world,
            ("gap", "RESTORE-17", "Twenty in a row after number 0 were not found: the next device."),
            0,
            &[(1, all(), &[0]), (1, vec![20], NOTHING)],
        )
        .gives(open(1, vec![(1, all())])),
        search(world, ("last-of-the-gap", "RESTORE-17", "Number 19 was found."), 0, &[(1, all(), &[19])])
            .flag("boundary")
            .gives(open(0, vec![(1, up(20, 40))])),
    ]
}

fn devices(world: &World) -> Tests {
    vec![
        search(
            world,
            ("nothing", "RESTORE-23", "Two devices without anything: the second is the wallet's."),
            0,
            &[(1, all(), NOTHING), (1, all(), NOTHING)],
        )
        .gives(done(1)),
        search(
            world,
            ("one-between", "RESTORE-23", "Device 1 is empty: device 2 is searched."),
            0,
            &[(1, up(0, 21), &[0]), (1, all(), NOTHING)],
        )
        .gives(open(2, vec![(1, all())])),
        search(
            world,
            ("after-a-restore", "RESTORE-23", "Devices 0 and 2 were used: 4 is free."),
            0,
            &[
                (1, up(0, 21), &[0]),
                (1, all(), NOTHING),
                (1, up(0, 21), &[0]),
                (1, all(), NOTHING),
                (1, all(), NOTHING),
            ],
        )
        .gives(done(4)),
        search(
            world,
            ("old-backup", "RESTORE-23", "The wallet itself has device 2: it is not taken for unused."),
            2,
            &[(1, all(), NOTHING), (1, all(), NOTHING), (1, all(), NOTHING)],
        )
        .gives(open(3, vec![(1, all())])),
    ]
}
