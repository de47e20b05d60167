//! The house itself: its layers and names, and what other people's code it lets in.

mod first_build;
mod layers;
mod licences;
mod metadata;
mod mistakes;
mod modules;
mod rules;
