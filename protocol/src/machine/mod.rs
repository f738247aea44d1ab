//! Layer 3: what each role does.
