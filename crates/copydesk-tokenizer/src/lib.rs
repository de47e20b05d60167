//! Counts the tokens of a text, by the tokenizer file of a model. `README.md` says what is counted.

copydesk_fingerprint::fingerprint!();

#[cfg(feature = "tokens")]
mod with {
    /// The tokenizer of a model.
    #[derive(Clone, Debug)]
    pub struct Tokenizer(tokenizers::Tokenizer);

    impl Tokenizer {
        /// Reads the contents of a tokenizer file.
        pub fn read(contents: &str) -> Result<Self, String> {
            let mut tokenizer = tokenizers::Tokenizer::from_bytes(contents)
                .map_err(|error| format!("this is no tokenizer file (`tokenizer.json` of a model): {error}"))?;
            if let tokenizers::ModelWrapper::BPE(model) = tokenizer.get_model()
                && model.dropout.is_some_and(|share| share > 0.0)
            {
                return Err(
                    "this tokenizer leaves merges out by chance (`dropout`), as for training, so that its counts are \
                            none: set `dropout` in the file to null"
                        .to_owned(),
                );
            }
            // A file says as well where its model cuts a text off, and to what length it fills one up.
            tokenizer.with_padding(None).with_truncation(None).map_err(|error| error.to_string())?;
            Ok(Self(tokenizer))
        }

        /// How many tokens a text has.
        pub fn count(&self, text: &str) -> Result<usize, String> {
            let tokens =
                self.0.encode_fast(text, false).map_err(|error| format!("its tokens cannot be told: {error}"))?;
            Ok(tokens.len())
        }
    }
}

#[cfg(not(feature = "tokens"))]
mod without {
    /// The tokenizer of a model.
    #[derive(Clone, Debug)]
    pub enum Tokenizer {}

    impl Tokenizer {
        /// Says that no tokenizer can be read.
        pub fn read(_: &str) -> Result<Self, String> {
            Err("this program was built without the feature `tokens`: build it with `--features tokens`, or without \
                 `--no-default-features`"
                .to_owned())
        }

        /// There is none that could count.
        pub fn count(&self, _: &str) -> Result<usize, String> {
            match *self {}
        }
    }
}

#[cfg(feature = "tokens")]
pub use with::Tokenizer;
#[cfg(not(feature = "tokens"))]
pub use without::Tokenizer;

#[cfg(all(test, feature = "tokens"))]
mod tests {
    use serde_json::json;

    use super::*;

    /// Knows the letters of two words, and that one of them is a token.
    fn model(more: &serde_json::Value) -> String {
        let mut file = json!({
            "version": "1.0",
            "truncation": { "direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0 },
            "padding": { "strategy": { "Fixed": 9 }, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0, "pad_type_id": 0, "pad_token": "b" },
            "added_tokens": [], "normalizer": null, "pre_tokenizer": { "type": "WhitespaceSplit" }, "post_processor": null,
            "decoder": null,
            "model": {
                "type": "BPE", "vocab": { "b": 0, "o": 1, "a": 2, "t": 3, "bo": 4, "at": 5, "boat": 6 },
                "merges": [["b", "o"], ["a", "t"], ["bo", "at"]],
            },
        });
        file.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        file.to_string()
    }

    #[test]
    fn tokens_are_counted_and_nothing_around_them() {
        let tokenizer = Tokenizer::read(&model(&json!({}))).expect("a tokenizer");
        for (text, count) in [("", 0), ("boat", 1), ("boat at tab\nboat", 6), ("boat boat boat boat", 4)] {
            assert_eq!(tokenizer.count(text), Ok(count), "{text}");
        }
    }

    #[test]
    fn a_tokenizer_that_counts_by_chance_is_refused() {
        let mut file: serde_json::Value = serde_json::from_str(&model(&json!({}))).expect("JSON");
        file["model"]["dropout"] = json!(0.1);
        assert!(Tokenizer::read(&file.to_string()).is_err_and(|error| error.contains("dropout")));
        file["model"]["dropout"] = json!(0.0);
        assert!(Tokenizer::read(&file.to_string()).is_ok());
    }

    #[test]
    fn what_is_no_tokenizer_is_refused() {
        for wrong in ["", "{}", "# A page", &model(&json!({ "model": { "type": "Crystal" } }))] {
            assert!(Tokenizer::read(wrong).is_err_and(|error| error.contains("tokenizer.json")), "{wrong}");
        }
    }
}
