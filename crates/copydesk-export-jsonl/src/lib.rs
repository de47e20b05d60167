//! Writes records as JSON Lines.
