//! Which language is this text in: an embedded model, from two words to a page.
