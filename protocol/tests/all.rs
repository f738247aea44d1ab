//! Tests of the protocol that need nothing for themselves, in one program: each more costs seconds to build, and a module nothing.

#[path = "audit_cheats.rs"]
mod audit_cheats;
#[path = "audit_frames.rs"]
mod audit_frames;
#[path = "audit_honest.rs"]
mod audit_honest;
#[path = "audit_pieces.rs"]
mod audit_pieces;
#[path = "audit_rollover.rs"]
mod audit_rollover;
#[path = "books_postings.rs"]
mod books_postings;
#[path = "charter_chain.rs"]
mod charter_chain;
#[path = "charter_genesis.rs"]
mod charter_genesis;
#[path = "charter_keys.rs"]
mod charter_keys;
#[path = "codec_canonical.rs"]
mod codec_canonical;
#[path = "codec_widest.rs"]
mod codec_widest;
#[path = "crypto_labels.rs"]
mod crypto_labels;
#[path = "crypto_poprf.rs"]
mod crypto_poprf;
#[path = "crypto_proof.rs"]
mod crypto_proof;
#[path = "crypto_secrets.rs"]
mod crypto_secrets;
#[path = "crypto_sign.rs"]
mod crypto_sign;
#[path = "crypto_spend.rs"]
mod crypto_spend;
#[path = "crypto_wire_forms.rs"]
mod crypto_wire_forms;
#[path = "derivations.rs"]
mod derivations;
#[path = "drift.rs"]
mod drift;
#[path = "error_registry.rs"]
mod error_registry;
#[path = "federation.rs"]
mod federation;
#[path = "flow.rs"]
mod flow;
#[path = "gateway.rs"]
mod gateway;
#[path = "idempot.rs"]
mod idempot;
#[path = "laws_value.rs"]
mod laws_value;
#[path = "log_tree.rs"]
mod log_tree;
#[path = "message_certificates.rs"]
mod message_certificates;
#[path = "message_digest.rs"]
mod message_digest;
#[path = "message_evidence.rs"]
mod message_evidence;
#[path = "message_order_rules.rs"]
mod message_order_rules;
#[path = "message_receipts.rs"]
mod message_receipts;
#[path = "message_roles.rs"]
mod message_roles;
#[path = "message_spec_tables.rs"]
mod message_spec_tables;
#[path = "mixing.rs"]
mod mixing;
#[path = "own_witness.rs"]
mod own_witness;
#[path = "rollover.rs"]
mod rollover;
#[path = "rollover_wallet.rs"]
mod rollover_wallet;
#[path = "till_basket.rs"]
mod till_basket;
#[path = "till_checkout.rs"]
mod till_checkout;
#[path = "till_code.rs"]
mod till_code;
#[path = "till_grant.rs"]
mod till_grant;
#[path = "till_pledge.rs"]
mod till_pledge;
#[path = "till_refund.rs"]
mod till_refund;
#[path = "till_sale.rs"]
mod till_sale;
#[path = "upstream_vectors.rs"]
mod upstream_vectors;
#[path = "wallet_answers.rs"]
mod wallet_answers;
#[path = "wallet_recover.rs"]
mod wallet_recover;
#[path = "wallet_refunds.rs"]
mod wallet_refunds;
#[path = "wallet_restore.rs"]
mod wallet_restore;
#[path = "wallet_search.rs"]
mod wallet_search;
#[path = "wallet_spend.rs"]
mod wallet_spend;
#[path = "wallet_unproven.rs"]
mod wallet_unproven;
#[path = "witness_batch.rs"]
mod witness_batch;
#[path = "witness_follow.rs"]
mod witness_follow;
#[path = "witness_forks.rs"]
mod witness_forks;
#[path = "witness_issuing.rs"]
mod witness_issuing;
#[path = "witness_start.rs"]
mod witness_start;
#[path = "witness_traitors.rs"]
mod witness_traitors;
#[path = "witness_vote.rs"]
mod witness_vote;

mod audit_support;
mod big_logs;
mod codec_support;
mod crypto_support;
#[path = "codec_support/decoders.rs"]
mod decoders;
mod federation_support;
mod restore_support;
mod rollover_support;
mod till_support;
mod wallet_support;
mod witness_support;
