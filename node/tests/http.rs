//! The calls of tills and wallets, in one program: each more costs seconds to build, and a module nothing.

#[path = "http_baskets.rs"]
mod http_baskets;
#[path = "http_caps.rs"]
mod http_caps;
#[path = "http_checkouts.rs"]
mod http_checkouts;
#[path = "http_counted.rs"]
mod http_counted;
#[path = "http_earning.rs"]
mod http_earning;
#[path = "http_events.rs"]
mod http_events;
#[path = "http_grants.rs"]
mod http_grants;
#[path = "http_hostile.rs"]
mod http_hostile;
#[path = "http_manager.rs"]
mod http_manager;
#[path = "http_problems.rs"]
mod http_problems;
#[path = "http_receipts.rs"]
mod http_receipts;
#[path = "http_refunds.rs"]
mod http_refunds;
#[path = "http_registry.rs"]
mod http_registry;
#[path = "http_repeats.rs"]
mod http_repeats;
#[path = "http_restore.rs"]
mod http_restore;
#[path = "http_returns.rs"]
mod http_returns;
#[path = "http_tills.rs"]
mod http_tills;
#[path = "http_tls.rs"]
mod http_tls;
#[path = "http_trace.rs"]
mod http_trace;
#[path = "http_webhooks.rs"]
mod http_webhooks;

mod asked_wrongly;
mod endless_answer;
mod event_stream;
mod http_support;
mod webhook_receiver;
