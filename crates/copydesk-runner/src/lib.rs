//! Runs a chain of stages over a source: batches, order, panics, quarantine, counts.
