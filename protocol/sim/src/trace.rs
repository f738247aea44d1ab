//! The run as text, hashed as it goes.

use core::fmt::{self, Write};

/// Writes each line into a hash, and to whoever reads along.
pub struct Trace<'t> {
    hasher: blake3::Hasher,
    line: String,
    reader: Option<&'t mut dyn Write>,
}

impl<'t> Trace<'t> {
    /// Begins.
    pub fn new(reader: Option<&'t mut dyn Write>) -> Self {
        Self { hasher: blake3::Hasher::new(), line: String::new(), reader }
    }

    /// One line.
    pub fn say(&mut self, now: u64, text: fmt::Arguments<'_>) {
        self.line.clear();
        // Writing to a string fails never, and whoever reads along may stop.
        let _ = writeln!(self.line, "{:>10}.{:03} {text}", now / 1000, now % 1000);
        self.hasher.update(self.line.as_bytes());
        if let Some(reader) = &mut self.reader {
            let _ = reader.write_str(&self.line);
        }
    }

    /// The hash of all lines.
    pub fn digest(&self) -> [u8; 32] {
        *self.hasher.finalize().as_bytes()
    }
}
