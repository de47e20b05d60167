//! Reads files, folders, globs and standard input.
