//! The commands, in one program: each more costs seconds to build, and a module nothing.

#[path = "cli_audit.rs"]
mod cli_audit;
#[path = "cli_backup.rs"]
mod cli_backup;
#[path = "cli_capacity.rs"]
mod cli_capacity;
#[path = "cli_charter.rs"]
mod cli_charter;
#[path = "cli_config.rs"]
mod cli_config;
#[path = "cli_evidence.rs"]
mod cli_evidence;
#[path = "cli_files.rs"]
mod cli_files;
#[path = "cli_manager.rs"]
mod cli_manager;
#[path = "cli_rules.rs"]
mod cli_rules;
#[path = "cli_status.rs"]
mod cli_status;
#[path = "cli_vectors.rs"]
mod cli_vectors;

#[path = "../../protocol/tests/audit_support/mod.rs"]
mod audit_support;
mod cli_support;
mod federation;
#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;
#[allow(dead_code, reason = "a part of it is the README's")]
mod readme_support;
mod vectors_support;
