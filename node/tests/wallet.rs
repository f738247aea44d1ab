//! The wallet at the command line and the sessions below it, in one program: each more costs seconds to build, and a module nothing.

#[path = "wallet_cli.rs"]
mod wallet_cli;
#[path = "wallet_distrust.rs"]
mod wallet_distrust;
#[path = "wallet_lost.rs"]
mod wallet_lost;
#[path = "wallet_moves.rs"]
mod wallet_moves;
#[path = "wallet_refunds.rs"]
mod wallet_refunds;
#[path = "wallet_session.rs"]
mod wallet_session;
#[path = "wallet_words.rs"]
mod wallet_words;

mod federation;
#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;
mod wallet_command;
mod wallet_support;
