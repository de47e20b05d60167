//! Word lists and label patterns in many languages, as data: credits, bylines, datelines, furniture labels.
