//! Receipts: sealing and opening.

use ronde_protocol::crypto::{labels, sealed};
use ronde_protocol::limits::MAX_RECEIPT_BYTES;
use ronde_protocol::message::receipt::{self, RECEIPT_STEP};
use ronde_vectors::file::Test;
use serde_json::json;

use super::super::case::case;
use super::super::draw;

type Tests = Vec<Result<Test, String>>;

const TEXT: &str = "Aux Halles\n2 x p\u{e2}t\u{e9} en cro\u{fb}te   7,80\nTOTAL            7,80";

fn secret() -> [u8; 32] {
    draw::bytes::<32>("receipt secret")
}

pub(super) fn receipt_seal() -> Tests {
    let of = |slug: &str, comment: &str, text: &str| {
        let input = json!({"secret": hex::encode(secret()), "text": text});
        case("receipt-seal", slug, "RECEIPT-1", comment, input)
    };
    let exact = "x".repeat(RECEIPT_STEP);
    vec![
        of("lines", "lines with accents", TEXT).valid(),
        of("one-byte", "the shortest", "x").flag("boundary").valid(),
        of("one-less", "255 bytes: one zero byte follows", &exact[1..]).flag("boundary").valid(),
        of("whole-step", "256 bytes: 256 zero bytes follow", &exact).flag("boundary").valid(),
        of("longest", "16,384 bytes", &"x".repeat(MAX_RECEIPT_BYTES)).flag("boundary").valid(),
        of("empty", "no text", "").refused(json!({"error": "empty"})),
        of("too-long", "16,385 bytes", &"x".repeat(MAX_RECEIPT_BYTES + 1))
            .flag("boundary")
            .refused(json!({"error": "too-long"})),
        of("too-long-accents", "8,193 characters of two bytes each", &"\u{e9}".repeat(MAX_RECEIPT_BYTES / 2 + 1))
            .refused(json!({"error": "too-long"})),
        of("zero-byte", "a zero byte would end the text", "7,80\0 EUR").refused(json!({"error": "zero-byte"})),
    ]
}

/// Sealed as a node might that breaks the rules.
fn bent(plain: Vec<u8>) -> Vec<u8> {
    sealed::seal(labels::RECEIPT_KEY, &secret(), plain).unwrap_or_default()
}

fn padded(text: &[u8], length: usize) -> Vec<u8> {
    let mut plain = text.to_vec();
    plain.resize(length, 0);
    plain
}

pub(super) fn receipt_open() -> Tests {
    let of = |slug: &str, comment: &str, secret: [u8; 32], sealed: &[u8]| {
        let input = json!({"secret": hex::encode(secret), "sealed": hex::encode(sealed)});
        case("receipt-open", slug, "RECEIPT-2", comment, input)
    };
    let inside = |slug: &str, comment: &str, plain: Vec<u8>| {
        of(slug, comment, secret(), &bent(plain)).refused(json!({"error": "inside"}))
    };
    let refused = |slug: &str, comment: &str, secret: [u8; 32], sealed: &[u8]| {
        of(slug, comment, secret, sealed).refused(json!({"error": "sealed"}))
    };
    let good = receipt::seal(&secret(), TEXT).unwrap_or_default();
    let mut changed = good.clone();
    changed.iter_mut().take(1).for_each(|byte| *byte ^= 1);
    let mut other_tag = good.clone();
    other_tag.iter_mut().rev().take(1).for_each(|byte| *byte ^= 0x80);
    let longest = receipt::seal(&secret(), &"x".repeat(MAX_RECEIPT_BYTES)).unwrap_or_default();
    vec![
        of("lines", "lines with accents", secret(), &good).valid(),
        of("longest", "16,384 bytes", secret(), &longest).flag("boundary").valid(),
        refused("other-secret", "sealed for somebody else", draw::bytes::<32>("another receipt secret"), &good),
        refused("changed", "a bit of the text is another", secret(), &changed),
        refused("other-tag", "a bit of the tag is another", secret(), &other_tag),
        refused("cut", "the last byte is missing", secret(), good.get(..good.len() - 1).unwrap_or_default()),
        refused("no-tag", "shorter than a tag", secret(), good.get(..15).unwrap_or_default()),
        refused("nothing", "no bytes at all", secret(), &[]),
        inside("no-padding", "256 bytes of text, and no zero byte", vec![b'x'; RECEIPT_STEP]),
        inside("no-step", "padded to 255 bytes", padded(b"7,80", RECEIPT_STEP - 1)),
        inside("too-much-padding", "257 zero bytes and more follow", padded(b"7,80", 2 * RECEIPT_STEP)),
        inside("empty", "zero bytes alone", padded(b"", RECEIPT_STEP)),
        inside("after-the-end", "text after a zero byte", padded(b"7,80\0EUR", RECEIPT_STEP)),
        inside("no-utf8", "no UTF-8", padded(&[0xc3, 0x28], RECEIPT_STEP)),
        inside(
            "too-long",
            "16,385 bytes",
            padded(&vec![b'x'; MAX_RECEIPT_BYTES + 1], MAX_RECEIPT_BYTES + RECEIPT_STEP),
        ),
        inside("no-plain", "nothing but a tag", Vec::new()),
    ]
}
