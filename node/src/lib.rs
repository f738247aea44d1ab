//! The reference store node of Ronde.
