//! What is found of a handful of documents.

use copydesk_document::{BlockKind, Decision, Document, DocumentSource, Label, NewBlock, Origin, Value as Fact};
use copydesk_stage::{Catalog, Conclusion, Corpus, Seen, Survey, SurveyError};
use copydesk_survey_find_duplicates::register;
use serde_json::{Value, json};

/// Summaries, each with its run.
struct Given(Vec<(usize, Vec<u8>)>);

impl Corpus for Given {
    fn documents(&self) -> u64 {
        self.0.len() as u64
    }

    fn each(&self, see: &mut dyn FnMut(Seen<'_>) -> Result<(), SurveyError>) -> Result<(), SurveyError> {
        (0..).zip(&self.0).try_for_each(|(number, (run, summary))| see(Seen { number, run: *run, summary }))
    }
}

fn survey(options: &Value) -> Box<dyn Survey> {
    let catalog = Catalog::default().with(register);
    catalog.find_survey("find-duplicates").expect("registered").build(options).expect("valid")
}

/// A document of these blocks; what begins with `#` is its title, with `!` a caption.
fn document(name: &str, blocks: &[&str]) -> Document {
    let source = DocumentSource { name: name.into(), uri: name.into(), ..DocumentSource::default() };
    let mut doc = Document::new(source, String::new());
    for text in blocks {
        let title = text.strip_prefix('#').map(|title| (Label::Title, title));
        let caption = || text.strip_prefix('!').map(|caption| (Label::Caption, caption));
        let (label, text) = title.or_else(caption).unwrap_or((Label::Body, *text));
        let block = doc.push_block(NewBlock { kind: BlockKind::Paragraph, text, ..NewBlock::default() });
        doc.decide(Decision { block, label, stage: "test".into(), rule: "test".into(), detail: "".into() });
    }
    doc
}

fn fact<T>(value: T) -> Fact<T> {
    Fact { value, origin: Origin::Meta, name: "test".into(), span: None, confidence: 1.0 }
}

/// What is found, with documents for ids.
fn found(options: &Value, docs: &[(usize, Document)]) -> Vec<Conclusion> {
    let survey = survey(options);
    let given = docs.iter().map(|(run, doc)| (*run, survey.see(doc).expect("it can be seen"))).collect();
    let conclusions = survey.conclude(&Given(given)).expect("it concludes");
    (0..docs.len() as u64).map(|number| conclusions.of(number)).collect()
}

/// In short: cluster, of and kind of each, by name.
fn told(options: &Value, docs: &[(usize, Document)]) -> Vec<String> {
    let name = |id: &Value| {
        let own = docs.iter().find(|(_, doc)| json!(copydesk_record::id(doc)) == *id);
        own.map_or("?", |(_, doc)| doc.source.name.as_str()).to_owned()
    };
    let tell = |conclusion: Conclusion| match conclusion.value {
        Value::Null => "-".to_owned(),
        value => {
            let kind = value["kind"].as_str().expect("a kind");
            format!("{} {} {kind}", name(&value["cluster"]), name(&value["of"]))
        }
    };
    found(options, docs).into_iter().map(tell).collect()
}

fn of_one_run(docs: Vec<Document>) -> Vec<(usize, Document)> {
    docs.into_iter().map(|doc| (0, doc)).collect()
}

/// Paragraphs that nobody else writes.
fn story(seed: u64, paragraphs: usize) -> Vec<String> {
    const WORDS: [&str; 24] = [
        "harbour", "council", "ferry", "budget", "vote", "winter", "bridge", "teacher", "strike", "river", "market",
        "engine", "doctor", "island", "letter", "garden", "railway", "museum", "storm", "signal", "forest", "paper",
        "minister", "factory",
    ];
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut word = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        WORDS[(state % 24) as usize]
    };
    (0..paragraphs).map(|_| (0..40).map(|_| word()).collect::<Vec<_>>().join(" ") + ".").collect()
}

fn texts(story: &[String]) -> Vec<&str> {
    story.iter().map(String::as_str).collect()
}

#[test]
fn copies_are_found_whatever_stands_around_them() {
    let (one, other) = (story(1, 6), story(2, 6));
    let with = |head: &[&'static str], story: &[String]| {
        let mut blocks: Vec<String> = head.iter().map(|text| (*text).to_owned()).collect();
        blocks.extend_from_slice(story);
        blocks
    };
    let loud: Vec<String> = one.iter().map(|text| text.to_uppercase().replace(' ', ", ")).collect();
    let mut edited = one.clone();
    edited[3] = edited[3].replacen("market", "bazaar", 2) + " And nothing else.";
    let mut dated = with(&["#Quite another headline", "!Another picture. Photo: A. Kim/Agency"], &one);
    dated[2] = format!("BUSAN, Nov. 10 (Yonhap) -- {}", dated[2]);
    let docs = of_one_run(vec![
        document("one", &texts(&with(&["#A headline", "!A picture"], &one))),
        document("other", &texts(&other)),
        document("dated", &texts(&dated)),
        document("loud", &texts(&loud)),
        document("edited", &texts(&edited)),
        document("empty", &[]),
        document("empty too", &[]),
    ]);
    let told = told(&json!({}), &docs);
    assert_eq!(told, ["one one representative", "-", "one one exact", "one one normalised", "one one near", "-", "-"]);
    let found = found(&json!({ "keep": "one" }), &docs);
    let out: Vec<_> = found.iter().map(|c| c.left_out.as_ref().map(|out| out.reason.as_str())).collect();
    let copy = |kind| Some(kind);
    assert_eq!(
        out,
        [
            None,
            None,
            copy("exact copy of another"),
            copy("normalised copy of another"),
            copy("near copy of another"),
            None,
            None
        ]
    );
    assert_eq!(found[4].left_out.as_ref().and_then(|out| out.twin.clone()), Some(copydesk_record::id(&docs[0].1)));
    let share = found[4].value["share"].as_f64().expect("a share");
    assert!((0.85..1.0).contains(&share), "{share}");
}

#[test]
fn an_agency_story_in_a_longer_one_and_a_digest_of_several() {
    let (agency, own, other) = (story(3, 8), story(4, 5), story(5, 8));
    let cut = &agency[1..];
    let longer: Vec<String> = agency.iter().chain(&own).cloned().collect();
    let digest: Vec<String> = agency.iter().chain(&other).chain(&story(6, 20)).cloned().collect();
    let docs = of_one_run(vec![
        document("agency", &texts(&agency)),
        document("longer", &texts(&longer)),
        document("cut", &texts(cut)),
        document("digest", &texts(&digest)),
        document("other", &texts(&other)),
        document("own", &texts(&own)),
    ]);
    let told = told(&json!({}), &docs);
    // One story in three lengths; all of it stands in the digest, and so does another, which is no part of it.
    assert_eq!(told[0], "agency digest contained");
    assert_eq!(told[2], "agency digest contained");
    assert_eq!((told[3].as_str(), told[4].as_str()), ("-", "other digest contained"));
    // It stands in a record that another one stands for, and not in that.
    assert_eq!(told[5], "-");
    let longest = self::told(&json!({ "prefer": "longest" }), &docs);
    assert_eq!((longest[1].as_str(), longest[5].as_str()), ("agency digest contained", "own longer contained"));
    let told = self::told(&json!({}), &docs[..3]);
    assert_eq!(told, ["agency agency representative", "agency agency contained", "agency agency near"]);
    let told = self::told(&json!({ "prefer": "longest" }), &docs[..3]);
    assert_eq!(told, ["agency longer contained", "agency longer representative", "agency longer contained"]);
}

#[test]
fn the_rule_says_which_stands_for_others() {
    let text = story(7, 5);
    let dated = |name: &str, day: &str, title: bool| {
        let mut doc = document(name, &texts(&text));
        let published = day.parse().ok().map(fact);
        let title = title.then(|| fact("A title".to_owned()));
        doc.source.url = Some(format!("https://www.{name}.example/a"));
        doc.add_facts("test", copydesk_document::Metadata { published, title, ..Default::default() });
        (0, doc)
    };
    let docs = [dated("a", "2024-05-02", false), dated("b", "2024-05-01", false), dated("c", "2024-05-03", true)];
    for (options, stands) in [
        (json!({}), "b"),
        (json!({ "prefer": "first" }), "a"),
        (json!({ "prefer": "most-complete" }), "c"),
        (json!({ "prefer": "longest" }), "a"),
        (json!({ "sites": ["c.example", "a.example"] }), "c"),
        (json!({ "sites": ["https://www.C.example/"] }), "c"),
        (json!({ "sites": ["WWW.A.Example"] }), "a"),
    ] {
        let told = told(&options, &docs);
        assert!(told.contains(&format!("a {stands} representative")), "{options}: {told:?}");
    }
}

#[test]
fn what_others_have_read_stays() {
    let (one, other) = (story(8, 6), story(9, 6));
    let both: Vec<String> = one.iter().chain(&other).cloned().collect();
    let mut first = vec![(0, document("one", &texts(&one))), (0, document("other", &texts(&other)))];
    assert_eq!(told(&json!({}), &first), ["-", "-"]);
    first.push((1, document("copy", &texts(&one))));
    first.push((2, document("both", &texts(&both))));
    let told = told(&json!({ "prefer": "longest" }), &first);
    // Both join the first cluster that they meet, and neither old record is said to stand in them.
    assert_eq!(told[..3], ["one one representative", "-", "one one exact"]);
    assert!(told[3].starts_with("one one") || told[3] == "-", "{told:?}");
}

#[test]
fn scripts_without_spaces_are_read_by_characters() {
    let sentence = "市议会周二晚间就渡轮运营方案进行表决并决定延长冬季班次以便岛上居民能够按时上班和上学";
    let other = "博物馆周五宣布将修复河边的旧桥并邀请工程师和教师共同讨论来年的预算以及花园的重建计划";
    let text = format!("{sentence}。{sentence}，会后公布了全部细节。");
    let docs =
        of_one_run(vec![document("a", &[&text]), document("b", &[&format!("{text}完。")]), document("c", &[other])]);
    assert_eq!(told(&json!({}), &docs), ["a a representative", "a a near", "-"]);
}

#[test]
fn many_that_say_the_same_boilerplate_are_no_copies() {
    let shared = "Sign up for our newsletter and get the best stories of the week in your inbox every Friday morning.";
    let docs: Vec<_> = (0..200)
        .map(|n| {
            let mut story = story(100 + n, 4);
            story.push(shared.to_owned());
            (0, document(&format!("d{n}"), &texts(&story)))
        })
        .collect();
    assert!(told(&json!({}), &docs).iter().all(|told| told == "-"));
}

/// Paragraphs of words of their own.
fn unlike(paragraphs: std::ops::Range<u32>) -> Vec<String> {
    paragraphs.map(|p| (0..40).map(|n| format!("w{p}x{n}")).collect::<Vec<_>>().join(" ") + ".").collect()
}

#[test]
fn a_record_that_stands_for_others_is_never_left_out() {
    // Of `middle` 47 of 59 paragraphs stand in the longest one: 0.797, which is shown as 0.8.
    let (longest, middle, short) = (unlike(0..107), unlike(60..119), unlike(107..119));
    let docs = of_one_run(vec![
        document("longest", &texts(&longest)),
        document("middle", &texts(&middle)),
        document("short", &texts(&short)),
    ]);
    let found = found(&json!({ "keep": "one" }), &docs);
    assert_eq!((&found[1].value["share"], &found[1].value["kind"]), (&json!(0.8), &json!("contained")));
    let out: Vec<_> = found.iter().map(|c| c.left_out.as_ref().and_then(|out| out.twin.clone())).collect();
    assert_eq!(out, [None, None, Some(copydesk_record::id(&docs[1].1))]);
}

#[test]
fn of_a_short_text_and_a_very_long_one_nothing_is_told_by_a_handful_of_runs() {
    // The long one has 76,000 runs, of which 4,096 are kept, and with them about four of each short one's. Half of these
    // stands in the long one, as it happens three of the four.
    let long = unlike(0..2000);
    let mut docs = vec![document("long", &texts(&long))];
    for n in 0..20 {
        let short = [unlike(n..n + 1), unlike(3000 + n..3001 + n)].concat();
        docs.push(document(&format!("short {n}"), &texts(&short)));
    }
    assert_eq!(told(&json!({}), &of_one_run(docs)), ["-"; 21]);
    let longer = of_one_run(vec![document("long", &texts(&long)), document("other", &texts(&unlike(100..1000)))]);
    assert_eq!(told(&json!({}), &longer)[1], "other long contained");
}

#[test]
fn what_is_kept_of_a_document_changes_with_the_version_only() {
    let text = "The council has agreed to let the ferry sail through the night, and tickets cost the same as by day.";
    let more = "\u{5e02}\u{8bae}\u{4f1a}\u{51b3}\u{5b9a}\u{5ef6}\u{957f}\u{51ac}\u{5b63}\u{73ed}\u{6b21}\u{3002} Residents had asked for it for nine years.";
    let kept = survey(&json!({})).see(&document("one", &[text, more])).expect("it can be seen");
    // Folders of earlier builds hold such summaries: when this fails, raise `VERSION` in summary.rs.
    assert_eq!(
        (kept[0], kept.len(), format!("{:016x}", xxhash_rust::xxh3::xxh3_64(&kept))),
        (2, 332, "5c9762da5a89a644".to_owned())
    );
}

#[test]
fn options_that_make_no_sense_are_refused() {
    let catalog = Catalog::default().with(register);
    let survey = catalog.find_survey("find-duplicates").expect("registered");
    for (options, key) in [
        (json!({ "similarity": 0.2 }), "similarity"),
        (json!({ "contained": 1.5 }), "contained"),
        (json!({ "sites": ["a.example", "/news/"] }), "sites[1]"),
        (json!({ "sites": ["https://a.example/news"] }), "sites[0]"),
        (json!({ "sites": ["*.a.example"] }), "sites[0]"),
        (json!({ "keep": "two" }), "keep"),
    ] {
        assert_eq!(survey.build(&options).expect_err("refused").path, key);
    }
}

/// The same with an address of a site.
fn at(site: &str, name: &str, blocks: &[String]) -> Document {
    let mut doc = document(name, &texts(blocks));
    doc.source.url = Some(format!("https://{site}/{name}"));
    doc
}

/// A page whose main text is what stages have left of its site's boilerplate and one paragraph of its own.
fn short_page(site: &str, name: &str, left: &[String], seed: u64) -> Document {
    at(site, name, &[left, &story(seed, 1)].concat())
}

#[test]
fn what_a_site_puts_into_all_its_texts_makes_no_two_of_them_one_story() {
    let left = story(900, 9);
    let long = |name: &str, seed| {
        at("news.example", name, &[story(seed, 14), left[..3].to_vec(), left[3..].to_vec()].concat())
    };
    let shorts = [short_page("news.example", "a", &left, 1), short_page("news.example", "b", &left, 2)];
    // Nobody can tell: two texts that share nine of ten paragraphs.
    assert_eq!(told(&json!({}), &of_one_run(shorts.to_vec())), ["a a representative", "a a near"]);
    // The site's other texts have these paragraphs too, and say something else.
    let mut docs = vec![long("x", 11), long("y", 12), long("z", 13)];
    docs.extend(shorts.iter().cloned());
    assert_eq!(told(&json!({}), &of_one_run(docs.clone())), ["-"; 5]);
    // A copy is one all the same, and an edit.
    let mut edited = story(11, 14);
    edited[4] = edited[4].replacen("market", "bazaar", 3);
    docs.push(at("other.example", "copy", &story(11, 14)));
    docs.push(at("news.example", "edit", &[edited, left.clone()].concat()));
    // Of texts that are told twice on a site most stands in another, and they are no sign of what is the site's.
    docs.push(long("w", 14));
    let found = told(&json!({}), &of_one_run(docs));
    assert_eq!(found[0], "x x representative");
    assert!(found[5] == "x x contained" || found[5] == "x x near", "{found:?}");
    assert_eq!((&*found[6], &*found[7]), ("x x near", "-"));
    assert_eq!(found[1..5], ["-"; 4]);
}

#[test]
fn a_story_that_a_site_tells_again_and_again_is_one_story() {
    let all = story(50, 12);
    let versions: Vec<Document> = (6..=12).map(|end| at("news.example", &format!("v{end}"), &all[..end])).collect();
    let found = told(&json!({}), &of_one_run(versions));
    assert!(found.iter().skip(1).all(|told| told.starts_with("v6 ")), "{found:?}");
}

#[test]
fn what_earlier_runs_have_found_stays_when_a_paragraph_turns_out_to_be_the_sites() {
    let left = story(900, 9);
    let page = |run, name: &str, seed| (run, short_page("news.example", name, &left, seed));
    let long = |name: &str, seed| (1, at("news.example", name, &[story(seed, 14), left.clone()].concat()));
    let docs = vec![page(0, "a", 1), page(0, "b", 2), long("x", 11), long("y", 12), long("z", 13), page(1, "c", 3)];
    assert_eq!(told(&json!({}), &docs), ["a a representative", "a a near", "-", "-", "-", "-"]);
}
