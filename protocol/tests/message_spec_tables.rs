//! What `spec/` says of labels, limits and bytes is what the code does.

use crate::codec_support;
use crate::decoders;
#[path = "message_spec_tables/grammar.rs"]
mod grammar;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use codec_support::every;
use grammar::{Grammar, Table, Type};
use proptest::prelude::*;
use ronde_protocol::{
    crypto::{group::Point, labels},
    limits::*,
    message::{
        class::Kind,
        codec::{Expected, encode},
        ids::{CampaignId, FederationId, KeysetId, Reference, StoreId},
        order::{Input, Order, Purpose},
        wire::CHARTER_CHUNK,
    },
};

/// The numbered chapters of `spec/`, by name, in order.
static CHAPTERS: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let numbered = entries.filter_map(|path| {
        let name = path.file_name()?.to_str()?.to_owned();
        let chapter = name.starts_with(|first: char| first.is_ascii_digit()) && name.ends_with(".md");
        chapter.then(|| (name, std::fs::read_to_string(path).unwrap()))
    });
    numbered.collect()
});

static GRAMMAR: LazyLock<Grammar> = LazyLock::new(|| Grammar::parse(CHAPTERS.values().map(String::as_str)));

/// The one chapter with this number.
fn chapter(number: &str) -> &'static str {
    let mut found = CHAPTERS.iter().filter(|(name, _)| name.starts_with(number));
    let (_, text) = found.next().unwrap_or_else(|| panic!("no chapter {number}"));
    assert!(found.next().is_none(), "two chapters {number}");
    text
}

/// What stands under a heading, up to the next that is not below it.
fn section(chapter: &str, heading: &str) -> String {
    let level = |line: &str| line.chars().take_while(|c| *c == '#').count();
    let mut after = chapter.lines().skip_while(|line| *line != heading);
    assert!(after.next().is_some(), "no heading {heading}");
    let inside = after.take_while(|line| !(1..=level(heading)).contains(&level(line)));
    inside.flat_map(|line| [line, "\n"]).collect()
}

/// Rows `| `NAME` | value | ...` of a page, without quotes.
fn rows(page: &str) -> Vec<(String, String)> {
    let cells = |line: &str| -> Option<(String, String)> {
        let mut cells = line.strip_prefix("| `")?.split(" | ").map(|cell| cell.trim_matches(['`', ' ']).to_owned());
        Some((cells.next()?, cells.next()?))
    };
    page.lines().filter_map(cells).collect()
}

#[test]
fn every_label_stands_in_the_spec_with_its_text() {
    let code: Vec<_> = labels::ALL.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let spec = rows(&section(chapter("03"), "## Labels"));
    for row in &code {
        assert!(spec.contains(row), "chapter 03 lacks | `{}` | `{}` |", row.0, row.1);
    }
    assert_eq!(spec, code, "chapter 03 (left) and labels.rs (right) list the same, in one order");
}

macro_rules! values {
    ($($name:ident)+) => { [$((stringify!($name), $name as u64)),+] };
}

#[test]
fn every_limit_stands_in_the_spec_with_its_value() {
    let spec: BTreeMap<String, String> = rows(chapter("21")).into_iter().collect();
    let code = values![
        MAX_INPUTS MAX_OUTPUTS MAX_WITNESSES MAX_MESSAGE_BYTES MAX_SUBMISSION_BYTES MAX_CHARTER_BYTES MAX_TEXT_BYTES
        MAX_STEWARDS MAX_STEWARD_SIGNATURES MAX_STORES MAX_ADDRESSES MAX_KEYSETS MAX_DENOMINATIONS MAX_DENOMINATION
        MAX_ASSOCIATIONS MAX_CAMPAIGNS MAX_CHOICES MAX_OFFERS MAX_ISSUERS MAX_LOG_ENTRIES LOG_ANSWER_BYTES
        MAX_UNCHECKED_HEADS RECENT_LEAVES MAX_FEED_ENTRIES MAX_BUCKET_ENTRIES MAX_BUCKET_BITS MIN_BUCKET_ENTRIES BUCKET_PATIENCE
        MAX_BUCKET_PAGES SEARCH_GAP MAX_PROOF_HASHES MAX_EVIDENCE_BYTES MAX_CLOCK_SKEW CAMPAIGN_GRACE EVALUATION_GRACE
        RESTORED_MARGIN MAX_EVIDENCE_PIECES MAX_GRANT_VOUCHERS MAX_RECEIPT_BYTES MAX_REFUNDS MAX_PURSE CHARTER_CHUNK ASK_AT_EARLIEST
        ASK_AT_LATEST
    ];
    for (name, value) in code {
        assert_eq!(spec.get(name).map(String::as_str), Some(value.to_string().as_str()), "chapter 21: {name}");
    }
    // A new constant must be named above, and so in the spec.
    let source = include_str!("../src/limits.rs");
    let declared = source.lines().filter_map(|line| line.strip_prefix("pub const ")?.split(':').next());
    for name in declared {
        assert!(spec.contains_key(name), "chapter 21 lacks {name}");
        assert!(code.iter().any(|(known, _)| *known == name), "this test lacks {name}");
    }
    assert_eq!(spec.len(), code.len());
}

#[test]
fn every_message_of_the_tables_has_a_decoder_that_is_fuzzed() {
    let spec: Vec<&str> = GRAMMAR.0.keys().map(String::as_str).collect();
    let mut fuzzed: Vec<&str> = decoders::MESSAGES.iter().map(|decoder| decoder.name).collect();
    fuzzed.sort_unstable();
    assert_eq!(spec, fuzzed, "the tables of spec/ (left) and codec_support/decoders.rs (right)");
    for decoder in decoders::MESSAGES.iter().chain(decoders::RECORDS) {
        // No message is empty, and each decoder stops at its own bound.
        assert!((decoder.again)(&[], decoder.max).is_err(), "{}", decoder.name);
        let long = vec![0; decoder.max + 1];
        let refused = (decoder.again)(&long, decoder.max).map_err(|error| error.expected);
        assert_eq!(refused, Err(Expected::AtMostBytes(decoder.max)), "{}", decoder.name);
    }
}

#[test]
fn offsets_and_sizes_of_the_tables_add_up() {
    for (name, table) in &GRAMMAR.0 {
        match table {
            Table::Structure { bytes, fields } => {
                assert!(!fields.is_empty(), "{name} has a heading and no table");
                assert_eq!(*bytes, GRAMMAR.width(&Type::Named(name.clone())), "bytes of {name}");
                let mut offset = Some(0);
                for field in fields {
                    assert_eq!((field.offset, field.size), (offset, GRAMMAR.width(&field.of)), "{name}: {field:?}");
                    offset = offset.zip(field.size).map(|(offset, size)| offset + size);
                }
            }
            Table::Variants { count, rows } => assert_eq!(*count, rows.len(), "variants of {name}"),
        }
    }
}

/// The table of a sample.
fn root(name: &str) -> Type {
    let words = name.split('_').map(|word| word[..1].to_uppercase() + &word[1..]);
    Type::Named(words.collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn bytes_walked_by_the_tables_alone_end_where_the_message_ends(sample in every::sample()) {
        let mut met = Vec::new();
        let end = GRAMMAR.walk(&root(sample.name), &sample.bytes, 0, &mut met);
        prop_assert_eq!(end, Ok(sample.bytes.len()), "{}", sample.name);
        // Each list's bound is the code's: one more is refused at its count, the bound itself is not.
        for list in met {
            let with_count = |count: u64| {
                let mut lying = sample.bytes.clone();
                lying[list.offset..list.offset + 8].copy_from_slice(&count.to_le_bytes());
                (sample.again)(&lying, sample.max).err().map(|error| (error.offset, error.expected))
            };
            let refused = Some((list.offset, Expected::AtMostItems(list.bound as usize)));
            prop_assert_eq!(with_count(list.bound + 1), refused, "{} at {}", sample.name, list.offset);
            prop_assert!(with_count(list.bound) != refused);
        }
    }
}

/// The names of a table's variants.
fn variants(name: &str) -> Vec<&'static str> {
    match &GRAMMAR.0[name] {
        Table::Variants { rows, .. } => rows.iter().map(|(variant, _)| variant.as_str()).collect(),
        Table::Structure { .. } => panic!("{name} has no variants"),
    }
}

fn agrees<T: std::fmt::Debug + ronde_protocol::message::codec::Encode>(table: &str, value: &T) {
    let number = u32::from_le_bytes(encode(value)[..4].try_into().unwrap());
    let debug = format!("{value:?}");
    let name = debug.split(|c: char| !c.is_alphanumeric()).next().unwrap();
    assert_eq!(variants(table)[number as usize], name, "{table} {number}");
}

#[test]
fn variants_have_the_names_of_the_code() {
    every::RULES.iter().for_each(|rule| agrees("Rule", rule));
    every::EXPECTED.iter().for_each(|code| agrees("ExpectedCode", code));
    every::plain_refusals().iter().for_each(|refusal| agrees("Refusal", refusal));
    codec_support::every_purpose().iter().for_each(|purpose| agrees("Purpose", purpose));
    for kind in [codec_support::points(1), codec_support::ballot(CampaignId(1)), codec_support::voucher()] {
        agrees("Kind", &kind);
    }
}

proptest! {
    #[test]
    fn variants_of_what_carries_more_have_the_names_of_the_code(
        request in codec_support::any::request(),
        reply in codec_support::any::reply(),
        entry in codec_support::any::log_entry(),
        evidence in codec_support::any::evidence(),
        refusal in codec_support::any::refusal(),
        authorization in codec_support::any::authorization(),
    ) {
        let (ronde_protocol::message::wire::Request::V1(request), ronde_protocol::message::wire::Reply::V1(reply)) =
            (request, reply);
        agrees("RequestV1", &request);
        agrees("ReplyV1", &reply);
        agrees("LogEntry", &entry);
        agrees("Evidence", &evidence);
        agrees("Refusal", &refusal);
        agrees("Authorization", &authorization);
    }
}

#[test]
fn the_worked_example_is_the_order_it_says_and_has_its_digest() {
    let order = Order {
        federation: FederationId([0x11; 32]),
        keyset: KeysetId(1),
        store: StoreId::NONE,
        purpose: Purpose::Vote { campaign: CampaignId(2), choice: 1 },
        reference: Reference::NONE,
        time: 1_767_225_600,
        inputs: codec_support::list(vec![Input {
            kind: Kind::Ballot { campaign: CampaignId(2) },
            point: Point::generator().encode(),
        }]),
        outputs: codec_support::list(vec![]),
    };
    let example = section(chapter("10"), "### Example: a ballot is cast");
    let block = example.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let hex: String = block.lines().filter_map(|line| line.split("  ").next()).collect();
    assert_eq!(hex, hex::encode(encode(&order)));
    assert!(example.contains(&format!("`{}`", order.digest())), "the digest is {}", order.digest());
}

#[test]
fn the_spec_names_no_crate() {
    assert!(CHAPTERS.len() > 10, "{:?}", CHAPTERS.keys());
    for (page, text) in CHAPTERS.iter() {
        for name in ["bincode", "dalek", "serde", "quinn", "rustls", "crate", "Vec<", "usize"] {
            assert!(!text.contains(name), "{page} names {name}");
        }
    }
}
