//! The stage `detect-language`.
