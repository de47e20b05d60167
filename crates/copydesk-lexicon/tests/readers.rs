//! What the readers say beyond the examples in the data: confidence, marks, parts, and the strict questions.

use copydesk_lexicon::{
    Confidence, CreditMark, FieldKind, Lexicon, PageLabelKind, classify_label, is_counter, is_credit_line,
    is_organisation, label_of, looks_like_caption, read_byline, split_credit,
};

fn lexicon() -> &'static Lexicon {
    Lexicon::builtin()
}

#[test]
fn photographer_and_agency_stand_apart() {
    let split = split_credit("The pier at dawn. (Photo: Ann Lee / AP)", lexicon());
    assert_eq!(split.confidence, Confidence::Labelled);
    let credit = &split.credits[0];
    assert_eq!((credit.names.as_slice(), credit.agencies.as_slice()), (&["Ann Lee".into()][..], &["AP".into()][..]));
    let split = split_credit("Der Hafen.\n© AFP | HANDOUT", lexicon());
    assert_eq!(split.credits[0].parts, ["AFP", "HANDOUT"]);
    assert_eq!(split.marks, [CreditMark::Handout]);
    assert!(split.credits[0].provided);
}

#[test]
fn a_mark_is_no_credit_and_stays_in_the_text() {
    let split = split_credit("Der Hafen im Winter (Archivbild)", lexicon());
    assert_eq!((split.text, split.marks.as_slice()), ("Der Hafen im Winter (Archivbild)", &[CreditMark::Archive][..]));
    assert!(split.credits.is_empty());
    assert_eq!(split_credit("FILE PHOTO: The mill in June.", lexicon()).marks, [CreditMark::Archive]);
}

#[test]
fn shapes_alone_are_said_to_be_shapes() {
    for line in ["Two leaders meet in 2023. BFGN", "Ann Lee opens the fair. (Bergen Fair Centre)"] {
        let split = split_credit(line, lexicon());
        assert_eq!(split.confidence, Confidence::ShapeOnly, "{line}");
        assert!(!looks_like_caption(line, lexicon()), "{line}");
    }
}

#[test]
fn only_picture_credits_make_a_line_a_caption() {
    for line in ["The pier at dawn. Photo: Ann Lee", "Cầu mới. Ảnh: AFP", "The pier. Ann Lee/Getty Images"] {
        assert!(looks_like_caption(line, lexicon()), "{line}");
    }
    for line in [
        "The talks go on, officials said. (AP)",
        "Prices rose by a third in May. Source: Reuters",
        "He joined the other members of ASEAN",
        "The harbour was quiet, he told AFP",
        "Photo: Ann Lee",
    ] {
        assert!(!looks_like_caption(line, lexicon()), "{line}");
    }
}

#[test]
fn credit_lines() {
    assert_eq!(is_credit_line("Foto: Jana Weiß/dpa", lexicon()), Some(Confidence::Labelled));
    assert_eq!(is_credit_line("Getty Images", lexicon()), Some(Confidence::AgencyKnown));
    assert_eq!(is_credit_line("The pier at dawn", lexicon()), None);
    assert_eq!(is_credit_line("The pier at dawn. Photo: Ann Lee", lexicon()), None);
}

#[test]
fn a_byline_says_how_it_was_known() {
    let known = |line| read_byline(line, lexicon()).map(|b| b.confidence());
    assert_eq!(known("By Ann Lee"), Some(Confidence::Labelled));
    assert_eq!(known("Ann Lee, Staff Reporter"), Some(Confidence::AgencyKnown));
    assert_eq!(known("Ann Lee"), Some(Confidence::ShapeOnly));
    let byline = read_byline("By Ann Lee | Feb 21, 2020", lexicon()).expect("a byline");
    assert_eq!(byline.rest.trim_start_matches(['|', ' ']), "Feb 21, 2020");
    assert!(is_organisation("Redaktion Beispielblatt", lexicon()) && !is_organisation("Ann Lee", lexicon()));
}

#[test]
fn labels_in_any_dress() {
    for line in ["• Link copied", "LINK COPIED!", "링크 복사"] {
        assert_eq!(classify_label(line, lexicon()).map(|l| l.kind), Some(PageLabelKind::LinkCopied), "{line}");
    }
    assert_eq!(classify_label("Comments (12)", lexicon()).map(|l| l.kind), Some(PageLabelKind::Comments));
    assert_eq!(classify_label("→ → →", lexicon()), None);
    assert_eq!(classify_label("The harbour was quiet today.", lexicon()), None);
}

#[test]
fn fields_and_counters() {
    assert_eq!(label_of("hit", lexicon()).map(|f| (f.kind, f.value)), Some((FieldKind::Views, "")));
    for value in ["6094", "15,506", "1.2K", "1 234 просмотра", "3회"] {
        assert!(is_counter(value), "{value}");
    }
    for value in ["2023-06-20", "2023.06.20", "", "about 12 boats left", "12:30"] {
        assert!(!is_counter(value), "{value}");
    }
}

#[test]
fn a_second_line_of_a_script_without_spaces_is_text() {
    for text in [
        "ཉ་པ་ཚོ་ལོག་ཡོང་བ།\nགྲུ་ཁག་གསུམ་རླུང་འཚུབ་ནང་ཉམས་པ།",
        "ལྷ་ས་ལ་ཁ་བ་བབས་པ། སློབ་གྲྭ་ཁག་བཀག་པ།",
        "เรือประมงกลับเข้าฝั่ง\nก่อนพายุจะมาถึงเมื่อเช้านี้",
        "ເຮືອຫາປາກັບຄືນມາ\nກ່ອນພາຍຸຈະມາຮອດຝັ່ງ",
    ] {
        let split = split_credit(text, lexicon());
        assert_eq!(split.text, text, "{:?}", split.credits);
    }
    let split = split_credit("ལྷ་ས་ལ་ཁ་བ་བབས་པ།\nReuters", lexicon());
    assert_eq!(split.text, "ལྷ་ས་ལ་ཁ་བ་བབས་པ།");
    let split = split_credit("เรือประมงกลับเข้าฝั่ง\nสมชาย ใจดี", lexicon());
    assert_eq!(split.credits.len(), 1, "a name is still one");
}
