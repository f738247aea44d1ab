//! The faults that are planted in a copy of the protocol and of the simulator's drivers, all at once, each behind a switch
//! that is read when the simulator starts. Each is a rule left out, as somebody could who finds it fussy.

mod driver;
mod rollover;
mod store;
mod wallet;
mod witness;

use crate::mutants::workshop::{Edit, edit};

/// A fault: what is changed.
pub struct Fault {
    /// Its name, in words.
    pub name: &'static str,
    /// The rules that it breaks.
    pub rules: &'static str,
    /// The changes that make it, of which no two overlap. In [`Edit::put`], [`SWITCH`] is true when it is switched on.
    pub edits: &'static [Edit],
}

/// Stands in [`Edit::put`] for "this fault is switched on".
pub const SWITCH: &str = "{on}";

/// What the copy needs besides: a way to a certificate that nobody verified, and builds of its own. Cargo tells crates
/// apart by their place in their workspace, which is the same here, and by their profile, which must not be.
pub const HELP: &[Edit] = &[
    edit(
        "Cargo.toml",
        "[profile.sim]\n",
        "[profile.sim.package.ronde-protocol]\ncodegen-units = 15\n\n\
         [profile.sim.package.ronde-remember]\ncodegen-units = 15\n\n\
         [profile.sim.package.ronde-sim]\ncodegen-units = 15\n\n[profile.sim]\n",
    ),
    edit(
        "protocol/src/message/certificate.rs",
        "impl VerifiedCertificate {\n",
        "impl VerifiedCertificate {\n    pub(crate) fn planted(certificate: Certificate) -> Self {\n        \
         Self(certificate)\n    }\n\n",
    ),
    edit("protocol/src/lib.rs", "pub mod limits;\n", "pub mod limits;\npub mod planted;\n"),
];

/// All of them. The place in this list, from 1, is the number that switches a fault on.
pub fn all() -> Vec<&'static Fault> {
    [witness::FAULTS, store::FAULTS, wallet::FAULTS, driver::FAULTS, rollover::FAULTS].into_iter().flatten().collect()
}

/// `"name", "rules", [ "file": "find" => "put", ... ];` below one folder.
macro_rules! faults {
    (in $folder:literal; $($name:literal, $rules:literal,
        [$($file:literal: $find:literal => $put:literal),+ $(,)?];)+) => {
        pub const FAULTS: &[super::Fault] = &[$(super::Fault {
            name: $name,
            rules: $rules,
            edits: &[$(crate::mutants::workshop::edit(concat!($folder, $file), $find, $put)),+],
        }),+];
    };
}
use faults;

#[cfg(test)]
mod tests;
