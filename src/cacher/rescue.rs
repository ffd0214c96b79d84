//! Undoing everything from the disk alone.
