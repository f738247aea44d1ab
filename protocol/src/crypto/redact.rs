//! How values print: wire forms as hex, secrets not at all (OPS-3).

use core::fmt;

/// Writes `Name(hex)`.
pub(crate) fn hex_tuple(f: &mut fmt::Formatter<'_>, name: &str, bytes: &[u8]) -> fmt::Result {
    write!(f, "{name}(")?;
    for byte in bytes {
        write!(f, "{byte:02x}")?;
    }
    f.write_str(")")
}

/// `Debug` for secrets: the type's name and nothing of its content.
macro_rules! redacted_debug {
    ($($type:ident),+ $(,)?) => {$(
        impl core::fmt::Debug for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(concat!(stringify!($type), "(redacted)"))
            }
        }
    )+};
}

/// `Debug` for wire forms that are one public byte array: the type's name and its hex. As JSON the hex alone.
macro_rules! hex_debug {
    ($($type:ident),+ $(,)?) => {$(
        impl core::fmt::Debug for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                crate::crypto::redact::hex_tuple(f, stringify!($type), &self.0)
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&hex::encode(self.0))
            }
        }
    )+};
}

pub(crate) use {hex_debug, redacted_debug};
