//! One encoding per value: whatever decodes encodes to the very bytes it came from, and nothing else decodes.

use crate::codec_support;

use codec_support::every::{self, Sample};
use proptest::prelude::*;
use ronde_protocol::{
    crypto::{EvaluationProof, PointBytes, ScalarBytes, Signature, VerifyingKeyBytes},
    limits::{MAX_INPUTS, MAX_TEXT_BYTES},
    message::{
        codec::{BadEncoding, Bounded, Decode, Encode, Expected, decode, encode},
        head::HeadAnswer,
        ids::WitnessIndex,
        order::{Inputs, Purpose},
        refusal::{ConflictingOrder, ExpectedCode, NotVoting, Refusal, Rule},
        text::Text,
    },
};

/// No item that is read in one go is longer than a name.
const LONGEST_ITEM: usize = MAX_TEXT_BYTES;

fn refusal(sample: &Sample, bytes: &[u8]) -> BadEncoding {
    (sample.again)(bytes, sample.max).expect_err("refused")
}

/// Every cut of a short message, some of a long one.
fn cuts(length: usize) -> impl Iterator<Item = usize> {
    let step = (length / 200).max(1);
    (0..length).step_by(step).chain([length - 1])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    // ENC-1.
    #[test]
    fn decoding_then_encoding_is_identity(sample in every::sample()) {
        prop_assert!(sample.bytes.len() <= sample.max);
        prop_assert_eq!((sample.again)(&sample.bytes, sample.max), Ok(sample.bytes.clone()));
    }

    // ENC-5.
    #[test]
    fn a_cut_message_is_refused_at_the_item_that_was_cut(sample in every::sample()) {
        for cut in cuts(sample.bytes.len()) {
            let error = refusal(&sample, &sample.bytes[..cut]);
            prop_assert_eq!(error.expected, Expected::MoreBytes, "{} cut at {}", sample.name, cut);
            prop_assert!(error.offset <= cut && cut - error.offset < LONGEST_ITEM);
            // Cut just before that item, the very same item is missing.
            prop_assert_eq!(refusal(&sample, &sample.bytes[..error.offset]), error);
        }
    }

    // ENC-10.
    #[test]
    fn bytes_after_the_end_are_refused(sample in every::sample(), more in prop::collection::vec(any::<u8>(), 1..9)) {
        let longer = [sample.bytes.as_slice(), &more].concat();
        let expected = BadEncoding { offset: sample.bytes.len(), expected: Expected::End };
        prop_assert_eq!(refusal(&sample, &longer), expected);
    }

    #[test]
    fn a_changed_byte_is_refused_or_is_another_value(sample in every::sample(), change in 1u8..) {
        for at in cuts(sample.bytes.len()) {
            let mut changed = sample.bytes.clone();
            changed[at] ^= change;
            if let Ok(again) = (sample.again)(&changed, sample.max) {
                prop_assert_eq!(again, changed, "{} changed at {}", sample.name, at);
            }
        }
    }

    #[test]
    fn arbitrary_bytes_are_refused_or_canonical(sample in every::sample(), bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(again) = (sample.again)(&bytes, sample.max) {
            prop_assert_eq!(again, bytes);
        }
    }

    // ENC-2.
    #[test]
    fn an_oversized_message_is_refused_before_it_is_read(sample in every::sample()) {
        let max = sample.bytes.len() - 1;
        let expected = BadEncoding { offset: max, expected: Expected::AtMostBytes(max) };
        prop_assert_eq!((sample.again)(&sample.bytes, max), Err(expected));
        // Even if there is nothing in it that could be read.
        prop_assert_eq!((sample.again)(&vec![0xff; max + 1], max), Err(expected));
    }
}

/// The first unknown discriminant is refused where it stands; the one before it is known.
fn has_variants<T: Decode<()> + Encode>(name: &str, count: u32) {
    let attempt = |discriminant: u32| {
        // Zeros enough for the fields of any variant.
        let bytes = [discriminant.to_le_bytes().as_slice(), &[0; 2000]].concat();
        decode::<T>(&bytes, bytes.len()).err()
    };
    for unknown in [count, count + 1, 255, 256, u32::MAX] {
        assert_eq!(attempt(unknown), Some(BadEncoding { offset: 0, expected: Expected::Variant }), "{name} {unknown}");
    }
    for known in 0..count {
        assert_ne!(attempt(known).map(|error| (error.offset, error.expected)), Some((0, Expected::Variant)), "{name}");
    }
}

/// ENC-6.
#[test]
fn unknown_variants_are_refused() {
    use ronde_protocol::message::{charter::UnspentFate, class::Kind, evidence::Evidence, log::LogEntry, order, wire};
    has_variants::<Kind>("Kind", 3);
    has_variants::<Purpose>("Purpose", 6);
    has_variants::<order::Authorization>("Authorization", 2);
    has_variants::<wire::Request>("Request", 1);
    has_variants::<wire::RequestV1>("RequestV1", 12);
    has_variants::<wire::Reply>("Reply", 1);
    has_variants::<wire::ReplyV1>("ReplyV1", 12);
    has_variants::<wire::OrderState>("OrderState", 3);
    has_variants::<ronde_protocol::message::probe::CoinState>("CoinState", 3);
    has_variants::<Refusal>("Refusal", 19);
    has_variants::<Rule>("Rule", 15);
    has_variants::<NotVoting>("NotVoting", 2);
    has_variants::<ExpectedCode>("ExpectedCode", 9);
    has_variants::<ConflictingOrder>("ConflictingOrder", 2);
    has_variants::<LogEntry>("LogEntry", 2);
    has_variants::<Evidence>("Evidence", 3);
    has_variants::<UnspentFate>("UnspentFate", 2);
}

#[test]
fn an_unknown_variant_deep_inside_is_blamed_at_its_offset() {
    let order = codec_support::Federation::new(1, 0).order(Purpose::Swap);
    let mut bytes = encode(&order);
    bytes[40] = 6;
    let error = decode::<ronde_protocol::message::order::Order>(&bytes, bytes.len()).unwrap_err();
    assert_eq!(error, BadEncoding { offset: 40, expected: Expected::Variant });
}

/// ENC-7.
#[test]
fn a_flag_is_0_or_1() {
    let answer = HeadAnswer { index: WitnessIndex(1), newest: None, signature: Signature([0; 64]) };
    for flag in [2, 3, 0xff] {
        let mut bytes = encode(&answer);
        bytes[1] = flag;
        let error = decode::<HeadAnswer>(&bytes, bytes.len()).unwrap_err();
        assert_eq!(error, BadEncoding { offset: 1, expected: Expected::Flag });
        let error = decode::<bool>(&[flag], 1).unwrap_err();
        assert_eq!(error, BadEncoding { offset: 0, expected: Expected::Flag });
    }
}

/// ENC-8 and ENC-9.
#[test]
fn text_is_utf8_without_control_characters_and_blamed_at_its_beginning() {
    let framed = |text: &[u8]| [&(text.len() as u64).to_le_bytes(), text].concat();
    let read = |bytes: &[u8]| decode::<Text>(bytes, 1000);
    for bad in
        [b"caf\xc3".as_slice(), b"\xc0\xaf", b"\xed\xa0\x80", b"two\nlines", b"\x1b[2J", b"\0", "\u{85}".as_bytes()]
    {
        assert_eq!(read(&framed(bad)), Err(BadEncoding { offset: 8, expected: Expected::Text }), "{bad:?}");
    }
    assert_eq!(read(&framed("Café".as_bytes())).unwrap().as_str(), "Café");
    assert_eq!(read(&framed(&[b'a'; MAX_TEXT_BYTES])).unwrap().as_str().len(), MAX_TEXT_BYTES);
    let too_long = BadEncoding { offset: 0, expected: Expected::AtMostItems(MAX_TEXT_BYTES) };
    assert_eq!(read(&framed(&[b'a'; MAX_TEXT_BYTES + 1])), Err(too_long));
}

/// ENC-3.
#[test]
fn one_more_than_a_list_may_hold_is_refused_at_its_count() {
    let fits: Inputs = Bounded::new(codec_support::inputs_of(&[codec_support::points(1)], 0)).unwrap();
    let one = &encode(&fits)[8..];
    let of = |count: usize| [&(count as u64).to_le_bytes()[..], &one.repeat(count)].concat();
    assert_eq!(decode::<Inputs>(&of(MAX_INPUTS), 1 << 20).unwrap().len(), MAX_INPUTS);
    let error = decode::<Inputs>(&of(MAX_INPUTS + 1), 1 << 20).unwrap_err();
    assert_eq!(error, BadEncoding { offset: 0, expected: Expected::AtMostItems(MAX_INPUTS) });
}

/// ENC-11. Nothing but counts, variants and flags can be wrong in bytes that are long enough.
#[test]
fn elements_keys_and_signatures_that_are_none_still_decode() {
    for byte in [0, 0xff] {
        let mut answer = encode(&HeadAnswer { index: WitnessIndex(1), newest: None, signature: Signature([byte; 64]) });
        assert!(decode::<HeadAnswer>(&answer, 100).is_ok());
        answer[0] = 0xff;
        assert!(decode::<HeadAnswer>(&answer, 100).is_ok(), "no keyset has such a witness, and yet");
        let mut inputs = codec_support::inputs_of(&[codec_support::points(1)], 0);
        inputs[0].point = PointBytes([byte; 32]);
        assert!(inputs[0].point.decode().is_err());
        let inputs: Inputs = Bounded::new(inputs).unwrap();
        assert_eq!(decode::<Inputs>(&encode(&inputs), 100), Ok(inputs));
        let proof = EvaluationProof { challenge: ScalarBytes([byte; 32]), response: ScalarBytes([0xff; 32]) };
        assert_eq!(decode::<EvaluationProof>(&encode(&proof), 64), Ok(proof));
        assert!(decode::<VerifyingKeyBytes>(&[byte; 32], 32).is_ok());
    }
}

#[test]
fn control_a_lenient_decoder_has_two_encodings_of_one_value_and_ignores_what_follows() {
    // What the codec's configuration and its own checks are for.
    let lenient = bincode::config::standard();
    let read = |bytes: &[u8]| bincode::decode_from_slice::<u64, _>(bytes, lenient).unwrap().0;
    assert_eq!(read(&[7]), read(&[251, 7, 0]));
    assert_eq!(read(&[7]), read(&[7, 1, 2, 3]));
}
