//! Runs case folders through a stage and checks what every stage must hold.
