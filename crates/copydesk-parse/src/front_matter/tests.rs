use copydesk_document::DocumentSource;

use super::*;

fn run(content: &str) -> (Vec<(String, String)>, Vec<String>, String) {
    let limits = Limits::default();
    let mut doc = Document::new(DocumentSource::default(), content.to_owned());
    let body = match find(content, &limits) {
        Found::Some(front) => {
            read(&mut doc, &front, &limits);
            content[front.body..].to_owned()
        }
        Found::Doubt(code, message) => {
            doc.add_note(note(code, message));
            content.to_owned()
        }
        Found::None => content.to_owned(),
    };
    let clues = doc.evidence.clues.iter().map(|c| (c.name.clone(), c.value.clone())).collect();
    let notes = doc.notes().iter().map(|n| n.code.to_string()).collect();
    (clues, notes, body)
}

fn clues(content: &str) -> Vec<(String, String)> {
    let (clues, notes, body) = run(content);
    assert_eq!((notes, body.trim()), (Vec::new(), "Text."), "{content:?}");
    clues
}

fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

#[test]
fn values_are_kept_as_they_are_printed() {
    let yaml = "---\nTitle: \"A: b\"\ndate: 2024-02-03T04:05:06.789Z\nday: 2024-02-30\ncountry: no\nversion: 1.10\n\
        id: 0123\nbig: 1e400\nnone: ~\nempty:\nquoted: 'it''s'\nfolded: >\n  one\n  two\n---\nText.\n";
    assert_eq!(
        clues(yaml),
        pairs(&[
            ("title", "A: b"),
            ("date", "2024-02-03T04:05:06.789Z"),
            ("day", "2024-02-30"),
            ("country", "no"),
            ("version", "1.10"),
            ("id", "0123"),
            ("big", "1e400"),
            ("quoted", "it's"),
            ("folded", "one two"),
        ])
    );
}

#[test]
fn a_line_with_the_path_of_the_file_may_stand_before_it() {
    let printed = "==> _posts/2018-05-17-harbour.md <==\n---\ntitle: Harbour\n---\nText.\n";
    assert_eq!(clues(printed), pairs(&[("title", "Harbour")]));
    assert_eq!(run("==> harbour\n---\ntitle: Harbour\n---\nText.\n").0, Vec::new());
}

#[test]
fn nesting_is_flattened_and_lists_give_one_clue_an_entry() {
    let yaml = "---\ntags: [a, \"b c\", 3]\nauthors:\n  - name: Ann Lee\n    url: /ann\n  - name: Bo\nseo:\n  og:\n    image: x.jpg\n---\nText.";
    let toml = "+++\ntags = [\"a\", \"b c\", 3]\n[[authors]]\nname = \"Ann Lee\"\nurl = \"/ann\"\n[[authors]]\nname = \"Bo\"\n[seo]\nog.image = \"x.jpg\"\n+++\nText.";
    let json = "{\n\"tags\": [\"a\", \"b c\", 3],\n\"authors\": [{\"name\": \"Ann Lee\", \"url\": \"/ann\"}, {\"name\": \"Bo\"}],\n\"seo\": {\"og\": {\"image\": \"x.jpg\"}}\n}\nText.";
    let want = pairs(&[
        ("tags", "a"),
        ("tags", "b c"),
        ("tags", "3"),
        ("authors.name", "Ann Lee"),
        ("authors.url", "/ann"),
        ("authors.name", "Bo"),
        ("seo.og.image", "x.jpg"),
    ]);
    for content in [yaml, toml, json] {
        assert_eq!(clues(content), want, "{content}");
    }
}

#[test]
fn toml_dates_and_numbers_are_kept_as_printed() {
    let toml =
        "+++\ndate = 2024-02-03T04:05:06+09:00\nday = 2024-02-03\nweight = 10\ndraft = false\ntitle = 'x'\n+++\nText.";
    assert_eq!(
        clues(toml),
        pairs(&[
            ("date", "2024-02-03T04:05:06+09:00"),
            ("day", "2024-02-03"),
            ("weight", "10"),
            ("draft", "false"),
            ("title", "x"),
        ])
    );
}

#[test]
fn fences_may_be_loose() {
    for content in [
        "---\ntitle: t\n...\nText.",
        "---  \ntitle: t\n--- \nText.",
        "---\r\ntitle: t\r\n---\r\nText.",
        "---\n\ntitle: t\n---\nText.",
        "---\n# a comment\ntitle: t\n---\nText.",
        "---\ntitle: t\n---\n\n\nText.",
    ] {
        assert_eq!(clues(content), pairs(&[("title", "t")]), "{content:?}");
    }
    assert_eq!(clues("---\n---\nText."), []);
}

#[test]
fn a_ruler_is_no_front_matter() {
    for content in [
        "---\n\nFOR IMMEDIATE RELEASE\n\n---\n\nText: more.",
        "---\nA sentence, and another: the end.\n---\n",
        "----\ntitle: t\n----\n",
        "\n---\ntitle: t\n---\n",
        "---",
        "--- title: t\n---",
        "+++\nnot a table\n+++\n",
        "{not json}\nText.",
        "{\"only\": \"json\"}\n",
    ] {
        let (clues, notes, body) = run(content);
        assert_eq!((clues, notes, body.as_str()), (Vec::new(), Vec::new(), content));
    }
}

#[test]
fn what_is_doubtful_stays_text() {
    assert_eq!(run("---\ntitle: t\n\nText.").1, ["front-matter-unclosed"]);
    assert_eq!(run("---\n- a\n- b\n---\nText.").1, ["front-matter-shape"]);
}

#[test]
fn broken_front_matter_gives_what_can_be_read() {
    let cases: &[(&str, &[(&str, &str)])] = &[
        (
            "title: Dam: inspection done: \"really\"\nauthor: @handle\n",
            &[("title", "Dam: inspection done: \"really\""), ("author", "@handle")],
        ),
        ("title: a\ntitle: b\n", &[("title", "a"), ("title", "b")]),
        ("title: t # remark\na: [1, 2\n", &[("title", "t")]),
        ("title: \"t\"\n\tx: y\n - z", &[("title", "t")]),
    ];
    for (yaml, want) in cases {
        let (clues, notes, body) = run(&format!("---\n{yaml}\n---\nText."));
        assert_eq!((clues, body.trim()), (pairs(want), "Text."), "{yaml}");
        assert_eq!(notes, ["front-matter-broken"], "{yaml}");
    }
    let (clues, notes, _) = run("+++\ntitle = \"t\"\nx = = 1\n+++\nText.");
    assert_eq!((clues, notes), (pairs(&[("title", "t"), ("x", "= 1")]), vec!["front-matter-broken".to_owned()]));
}

#[test]
fn the_note_names_the_line() {
    let mut doc = Document::new(DocumentSource::default(), "---\ntitle: t\nauthor: a: b: c\n---\nText.".into());
    let Found::Some(front) = find(doc.content(), &Limits::default()) else { panic!("is front matter") };
    read(&mut doc, &front, &Limits::default());
    assert!(doc.notes()[0].message.contains("line 3"), "{}", doc.notes()[0].message);
    let clue = &doc.evidence.clues[1];
    assert_eq!(&doc.content()[clue.span.unwrap().range()], "author: a: b: c");
}

#[test]
fn bombs_are_refused_and_the_text_is_kept() {
    let mut aliases = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for i in 1..10 {
        let list = vec![format!("*a{}", i - 1); 9].join(",");
        aliases.extend(["a", &i.to_string(), ": &a", &i.to_string(), " [", &list, "]\n"]);
    }
    let strings = format!("s: &s \"{}\"\nl: [{}]\n", "x".repeat(50_000), vec!["*s"; 5000].join(","));
    let deep: String = (0..1000).map(|i| " ".repeat(i) + "k:\n").collect();
    let huge = format!("x: \"{}\"\n", "y".repeat(1_000_000));
    for bomb in [aliases, strings, deep, huge, format!("a: {}\n", "[".repeat(100_000)), "a: &a [*a]\n".to_owned()] {
        let (clues, notes, body) = run(&format!("---\ntitle: t\n{bomb}---\nText."));
        assert_eq!((clues.first(), body.trim()), (Some(&("title".to_owned(), "t".to_owned())), "Text."));
        assert_eq!(notes.len(), 1, "{bomb:.40}");
        assert!(notes[0].starts_with("front-matter-"), "{notes:?}");
    }
    let (_, notes, _) = run(&format!("+++\na = {}\n+++\nText.", "[".repeat(100_000)));
    assert_eq!(notes, ["front-matter-refused"]);
}

#[test]
fn a_title_block_of_pandoc_is_read() {
    assert_eq!(
        clues("% The ferry that\n  left early\n% Ann Lee; Bo Ek\n  Cy Day\n% 12 March 2023\n\nText."),
        pairs(&[
            ("title", "The ferry that left early"),
            ("author", "Ann Lee"),
            ("author", "Bo Ek"),
            ("author", "Cy Day"),
            ("date", "12 March 2023"),
        ])
    );
    assert_eq!(clues("% The ferry\n%\n% 2023\n\nText."), pairs(&[("title", "The ferry"), ("date", "2023")]));
    assert_eq!(clues("%\n% Ann Lee\n\nText."), pairs(&[("author", "Ann Lee")]));
    assert_eq!(clues("% The ferry\n\nText."), pairs(&[("title", "The ferry")]));
    for text in [
        "% of those who came were content, said the mayor.\n\nText.",
        "% a comment\n% of TeX\n\n\\documentclass{article}\n",
        "% The ferry\nText right below.\n",
        "%% a comment\n%% more\n\nText.",
        "%!PS-Adobe\n\nText.",
        "% One\n% Two\n% Three\n% Four\n\nText.",
        "% The ferry\n% Ann Lee\n",
        "100 % of it\n\nText.",
    ] {
        let (clues, notes, body) = run(text);
        assert_eq!((clues, notes, &*body), (Vec::new(), Vec::new(), text));
    }
}

#[test]
fn a_header_without_fences_is_read_where_a_program_has_written_it() {
    assert_eq!(
        clues("Title: The ferry\nSubtitle: At six\nAuthor: Ann Lee\nKeywords: sea,\n   boats\n\nText."),
        pairs(&[("title", "The ferry"), ("subtitle", "At six"), ("author", "Ann Lee"), ("keywords", "sea, boats")])
    );
    assert_eq!(
        clues("Title: The ferry\nSlug: ferry\nSummary: It left.\n\nText."),
        pairs(&[("title", "The ferry"), ("slug", "ferry"), ("summary", "It left.")])
    );
    for text in [
        // Lines that any scraped text may begin with are lines of the text.
        "Title: The ferry\nDate: 2023-01-02\nAuthor: Ann Lee\n\nText.",
        "Title: The ferry\nSlug: ferry\nNote: read this\n\nText.",
        "Title: The ferry\nSlug: ferry\nText right below.",
        "Slug: ferry\nTags: a\n\nText.",
        "Title: The ferry\nTags: a\n\n",
        "Title:The ferry\nTags:a\n\nText.",
        "\u{0645}: The ferry\nTags: a\n\nText.",
    ] {
        let (clues, notes, body) = run(text);
        assert_eq!((clues, notes, &*body), (Vec::new(), Vec::new(), text));
    }
}

#[test]
fn what_is_wrong_is_said_in_words_of_ours() {
    for (front, says) in [
        ("---\ntitle: one: two\n---\nText.", "put it in quotes"),
        ("---\na: 1\na: 2\n---\nText.", "`a` stands there twice"),
        ("---\na: @b\n---\nText.", "put it in quotes"),
        ("---\na: \"b\nc: d\n---\nText.", "quote"),
        ("+++\na = b c\n+++\nText.", "quoted"),
    ] {
        let limits = Limits::default();
        let mut doc = Document::new(DocumentSource::default(), front.to_owned());
        let Found::Some(found) = find(front, &limits) else { panic!("{front}") };
        read(&mut doc, &found, &limits);
        let said = doc.notes().iter().map(|note| note.message.clone()).collect::<String>();
        assert!(said.contains(says) && !said.contains("Policy") && !said.contains("expected"), "{front}: {said}");
    }
}
