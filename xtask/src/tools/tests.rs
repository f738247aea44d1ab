use super::{Tool, command, installations, typed};

#[test]
fn what_is_missing_becomes_one_command_per_source() {
    let missing = [Tool::CargoDeny, Tool::Nightly, Tool::CargoFuzz, Tool::Cxx, Tool::Node, Tool::Python];
    let commands: Vec<String> = installations(&missing, false).iter().map(|words| words.join(" ")).collect();
    assert_eq!(
        commands,
        [
            "sudo apt-get install -y g++ npm python3",
            "rustup toolchain install --profile minimal nightly",
            "cargo install --locked cargo-deny@0.20.2 cargo-fuzz@0.13.2",
        ]
    );
}

#[test]
fn nothing_missing_needs_no_command() {
    assert!(installations(&[], true).is_empty());
}

#[test]
fn a_command_is_printed_as_it_could_be_typed() {
    let mut doc = command(&["cargo", "doc", "--no-deps"]);
    doc.env("RUSTDOCFLAGS", "-D warnings");
    assert_eq!(typed(&doc), "RUSTDOCFLAGS=\"-D warnings\" cargo doc --no-deps");
}
