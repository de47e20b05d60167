//! What must hold for any line: no panic, ranges on character borders, work that grows with the line and no faster.

use copydesk_lexicon::{
    Confidence, Lexicon, Line, classify_label, clean_name, is_counter, is_credit_line, is_organisation, label_of,
    looks_like_caption, read_byline, read_dateline, split_credit, undouble,
};
use proptest::prelude::*;

fn run_all(line: &str) {
    let lexicon = Lexicon::builtin();
    let split = split_credit(line, lexicon);
    assert!(line.contains(split.text), "the caption text is a part of the line");
    is_credit_line(line, lexicon);
    looks_like_caption(line, lexicon);
    if let Some(byline) = read_byline(line, lexicon) {
        assert!(line.contains(byline.rest));
        assert!(!byline.people.is_empty() || !byline.organisations.is_empty());
    }
    let sure = read_byline(line, lexicon).is_some_and(|byline| byline.confidence() > Confidence::ShapeOnly);
    assert_eq!(Line::new(line).names_author(lexicon), sure, "{line:?}");
    if let Some(dateline) = read_dateline(line, lexicon) {
        assert!(line.is_char_boundary(dateline.end));
    }
    classify_label(line, lexicon);
    if let Some(field) = label_of(line, lexicon) {
        assert!(line.contains(field.value));
    }
    is_counter(line);
    is_organisation(line, lexicon);
    clean_name(line, lexicon);
    undouble(line);
}

/// Pieces that the readers look for, so that random lines reach their inner paths.
const PIECES: &[&str] = &[
    "Photo: ",
    "Foto:",
    "Ảnh: ",
    "(",
    ")",
    "[",
    "]",
    "（",
    "）",
    "©",
    " | ",
    "/",
    " / ",
    "Getty Images",
    "AFP",
    "dpa",
    ". ",
    "。",
    "\n",
    "By ",
    "Von ",
    " and ",
    ", ",
    "Ann",
    "Lee",
    " Lee",
    " Staff Reporter",
    "Editor",
    " News Desk",
    "Some News Group",
    "The Associated  Press",
    "example.org",
    "van der",
    "기자",
    "김하늘",
    "=",
    "＝",
    "撮影",
    "via ",
    "BERGEN",
    " — ",
    " - ",
    "新华社",
    "4月24日",
    "电",
    "e\u{301}",
    "İ",
    "ß",
    "@",
    "x@y.org",
    "12",
    "2024",
    "Follow",
    "says:",
    "Copyright 2026 ",
    "\u{200b}",
    "\u{301}",
    "ﬁ",
    "ᄀ",
    "ᅡ",
    "Date",
    ":",
    "👩‍👩‍👧",
    "(c)",
    "nuotr.",
    "file",
    "archive",
    "·",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn any_text(line in "\\PC{0,120}") {
        run_all(&line);
    }

    #[test]
    fn any_mix_of_pieces(parts in prop::collection::vec(0..PIECES.len(), 0..24)) {
        let line: String = parts.into_iter().map(|i| PIECES[i]).collect();
        run_all(&line);
    }
}

#[test]
fn very_long_lines_are_bounded() {
    // Each of these would take minutes if any reader were quadratic in the line.
    for piece in
        ["Photo: ", "(", "A/B ", "Ann ", "e\u{301}", "x, ", "a | ", "By ", "기자 ", "© ", "= ", "- ", "\u{301}", ") "]
    {
        run_all(&piece.repeat(400_000 / piece.len()));
    }
}
