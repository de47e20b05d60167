//! A user's own vocabulary file: what it adds, and what is said of a wrong one.

use copydesk_lexicon::{Lexicon, LexiconError, PageLabelKind, classify_label, examples, read_byline, split_credit};

#[test]
fn a_file_extends_every_vocabulary() {
    let file = r#"
        [agency.photo]
        "Harbour Pictures" = ["HbP"]

        [[credit.form]]
        id = "own-lens"
        labels = ["lens"]
        yes = [["The pier at dawn. Lens: Ann Lee", "The pier at dawn.", "Ann Lee"]]
        no = ["The lens broke on the pier."]

        [[byline.form]]
        id = "own-pen"
        openers = ["penned by"]
        yes = [{ line = "Penned by Ann Lee", people = ["Ann Lee"] }]

        [boilerplate.share]
        lines = ["pass it along"]
    "#;
    let lexicon = Lexicon::with(file).expect("a sound file");
    assert_eq!(examples::failures(file, &lexicon), Ok(vec![]));
    let split = split_credit("The pier at dawn. Ann Lee/HbP", &lexicon);
    assert_eq!(split.credits[0].agencies, ["HbP"]);
    assert_eq!(split.credits[0].names, ["Ann Lee"]);
    assert_eq!(read_byline("Penned by Ann Lee", &lexicon).expect("a byline").rule, "own-pen");
    assert_eq!(classify_label("» Pass it along!", &lexicon).expect("a label").kind, PageLabelKind::Share);
    // The built-in vocabulary is not touched.
    assert!(split_credit("The pier at dawn. Lens: Ann Lee", Lexicon::builtin()).rule != "own-lens");
}

#[test]
fn a_wrong_key_is_named_with_what_is_allowed() {
    let error = Lexicon::with("[boilerplate.shere]\nlines = [\"x\"]").expect_err("no such kind");
    let text = error.to_string();
    assert!(text.contains("shere") && text.contains("`share`") && text.contains("line 1"), "{text}");
    let error = Lexicon::with("[boilerplate.share]\nline = [\"x\"]").expect_err("no such key");
    let text = error.to_string();
    assert!(text.contains("`line`") && text.contains("`lines`"), "{text}");
}

#[test]
fn a_phrase_that_matches_everything_is_refused() {
    let error = Lexicon::with("[boilerplate.share]\nlines = [\" \"]").expect_err("an empty phrase");
    assert!(matches!(&error, LexiconError::Phrase { key, .. } if key == "boilerplate.share"), "{error}");
    let error = Lexicon::with("[[credit.form]]\nid = \"m\"\nmarks = [\"old\"]").expect_err("a mark without a kind");
    assert!(error.to_string().contains("set `mark`"), "{error}");
}

#[test]
fn a_failing_example_of_a_user_is_reported() {
    let file = "[[credit.form]]\nid = \"own\"\nyes = [[\"Nothing here\", \"Nothing\", \"here\"]]";
    let lexicon = Lexicon::with(file).expect("a sound file");
    let failures = examples::failures(file, &lexicon).expect("readable");
    assert!(failures[0].starts_with("own: \"Nothing here\""), "{failures:?}");
}
