//! What blocks a page gives.

use std::fmt::Write as _;

use copydesk_document::{BlockKind, Document, DocumentSource, InlineKind};

use super::parse;
use crate::Limits;

fn read(html: &str) -> Document {
    let mut doc = Document::new(DocumentSource::default(), html.to_owned());
    parse(&mut doc, &Limits::default()).expect("a page");
    doc
}

/// One line a block: kind and level, text, and what else is noteworthy.
fn show(doc: &Document) -> String {
    let mut out = String::new();
    for (id, block) in doc.iter() {
        let kind = match block.kind {
            BlockKind::Heading => "h",
            BlockKind::Paragraph => "p",
            BlockKind::ListItem => "li",
            BlockKind::Quote => "quote",
            BlockKind::TableRow => "row",
            BlockKind::Code => "code",
            BlockKind::Note => "note",
            BlockKind::Caption => "caption",
            BlockKind::Definition => "def",
            BlockKind::Control => "control",
            other => panic!("{other:?} has no name here"),
        };
        let level = if block.level > 0 { block.level.to_string() } else { String::new() };
        let _ = write!(out, "{kind}{level} {:?}", doc.text(id));
        if block.linked > 0 {
            let _ = write!(out, " linked={}", block.linked);
        }
        if block.bold {
            out.push_str(" bold");
        }
        if block.hidden {
            out.push_str(" hidden");
        }
        for inline in doc.inlines(id) {
            let text = &doc.text(id)[inline.range.start as usize..inline.range.end as usize];
            let _ = match &inline.kind {
                InlineKind::Link(href) => write!(out, " [{text}]({href})"),
                InlineKind::Strong => write!(out, " **{text}**"),
                InlineKind::Emphasis => write!(out, " *{text}*"),
                InlineKind::Code => write!(out, " `{text}`"),
                InlineKind::Part(_) => write!(out, " <{text}>"),
                other => panic!("{other:?} is not shown here"),
            };
        }
        out.push('\n');
    }
    out
}

fn check(html: &str, want: &str) {
    let want: String =
        want.lines().map(str::trim).filter(|l| !l.is_empty()).fold(String::new(), |out, l| out + l + "\n");
    assert_eq!(show(&read(html)), want, "for {html}");
}

#[test]
fn paragraphs_and_headings() {
    check(
        "<h1>One</h1><p>Two\n  three</p>four<div>five</div>six",
        r#"
        h1 "One"
        p "Two three"
        p "four"
        p "five"
        p "six"
    "#,
    );
}

#[test]
fn white_space_folds_and_words_neither_glue_nor_split() {
    check(
        "<p> a <b> b </b>c<i>d</i> <span>e</span>\u{a0}f&nbsp;&#x2003;g<wbr>h&shy;i&ZeroWidthSpace;j ",
        r#"
        p "a b cd e f ghij" **b** *d*
    "#,
    );
    check("<p>漢字\n漢字 kana\nかな", r#"p "漢字漢字 kana かな""#);
    check(
        "<div>one<p>two</p>three</div>",
        r#"
        p "one"
        p "two"
        p "three"
    "#,
    );
}

#[test]
fn names_that_a_style_sheet_sets_apart_do_not_glue() {
    check(
        "<p><span>By</span><a>Ann Lee</a> of Git<b>Hub</b><i>x</i> <b>k</b><i>m</i>",
        r#"p "By Ann Lee of GitHubx km" **Hub** *x* **k** *m*"#,
    );
}

#[test]
fn line_breaks() {
    check(
        "<p>one<br>two<br> <br>three<br/>",
        r#"
        p "one\ntwo"
        p "three"
    "#,
    );
    check("<h2>A<br>B</h2>", r#"h2 "A\nB""#);
}

#[test]
fn inline_markup_and_links() {
    check(
        r#"<p>See <a href=" /x ">the <b>page</b></a>, <em>please</em> run <code>ls</code>.</p>"#,
        r#"
        p "See the page, please run ls." linked=8 **page** [the page](/x) *please* `ls`
    "#,
    );
    check(
        "<a href=/a><h3>Title</h3><p>Teaser</p></a>",
        r#"
        h3 "Title" linked=5 [Title](/a)
        p "Teaser" linked=6 [Teaser](/a)
    "#,
    );
    check(
        "<p><b>All</b> <strong>bold</strong></p><p style='font-weight:bold'>This too</p><p>not <b>this</b>",
        r#"
        p "All bold" bold **All** **bold**
        p "This too" bold
        p "not this" **this**
    "#,
    );
}

#[test]
fn lists_quotes_code_and_definitions() {
    check(
        "<ul><li>one<ul><li>two</ul><li><p>three</p><h4>head</h4></ul><ol><li>four</ol>",
        r#"
        li1 "one"
        li2 "two"
        li1 "three"
        h4 "head"
        li1 "four"
    "#,
    );
    check(
        "<blockquote><p>wise</p>words<ul><li>item</ul></blockquote>",
        r#"
        quote "wise"
        quote "words"
        li1 "item"
    "#,
    );
    check(
        "<pre>\nfn main() {\r\n    x();\n}\n</pre><p>after",
        r#"
        code "fn main() {\n    x();\n}"
        p "after"
    "#,
    );
    check("<pre><div>  one</div><div>two</div>three<br>four</pre>", r#"code "  one\ntwo\nthree\nfour""#);
    check(
        "<dl><dt>Term<dd>Meaning</dl>",
        r#"
        def "Term"
        def "Meaning"
    "#,
    );
    check(
        "<p>※ A remark.</p><li>※ Another.",
        r#"
        note "※ A remark."
        note "※ Another."
    "#,
    );
}

#[test]
fn tables_of_data_and_of_layout() {
    check(
        "<table><caption>Rain</caption><tr><th>Town<th>mm<tr><td>Ash<br>ford<td><b>12</b><tr><td><td>9</table>",
        r#"
        caption "Rain"
        row "Town	mm"
        row "Ash ford	12" **12**
        row "	9"
    "#
        .replace('\t', "\\t")
        .as_str(),
    );
    check(
        "<table><tr><td><a href=/>Home</a><td><h1>Head</h1><p>One</p><p>Two</p></table>",
        r#"
        p "Home" linked=4 [Home](/)
        h1 "Head"
        p "One"
        p "Two"
    "#,
    );
    check(
        "<table><tr><td>Old page<br><br>of one cell</table>",
        r#"
        p "Old page"
        p "of one cell"
    "#,
    );
    check(
        "<table><tr><td>outer<table><tr><td>a<td>b</table><td>other</table>",
        r#"
        p "outer"
        row "a	b"
        p "other"
    "#
        .replace('\t', "\\t")
        .as_str(),
    );
}

#[test]
fn captions_and_controls() {
    check(
        "<figure><img src=a.jpg><figcaption>A dam. <span>Photo: X</span></figcaption></figure>",
        r#"
        caption "A dam. Photo: X" <Photo: X>
    "#,
    );
    check(
        "<form><label>Name <input></label><select><option>One<option>Two</select><input type=submit value=Send>\
           <button><b>Go</b></button></form>",
        r#"
        control "Name"
        control "One"
        control "Two"
        control "Send"
        control "Go" bold **Go**
    "#,
    );
}

#[test]
fn hidden_text_is_set_apart_in_place() {
    check(
        "<p>We <span style='display:none'>do not </span>see <i hidden>x</i>it.</p><p>Next",
        r#"
        p "We see it."
        p "do not" hidden
        p "x" hidden *x*
        p "Next"
    "#,
    );
    check(
        "<head><noscript><p>No</noscript><body><noscript><p>Turn on scripts.</p></noscript><template><p>T</p></template><dialog>D</dialog>\
           <dialog open>E</dialog><video>old</video><p aria-hidden=true>icon</p>",
        r#"
        p "Turn on scripts." hidden
        p "T" hidden
        p "D" hidden
        p "E"
        p "old" hidden
        p "icon" hidden
    "#,
    );
    check("<body style='visibility:hidden'><div>shown after all", r#"p "shown after all""#);
}

#[test]
fn noscript_in_the_head_is_not_the_page() {
    for inside in ["", "<p>Turn on scripts.", "<style>a{}</style>"] {
        check(&format!("<head><noscript>{inside}</noscript><title>t</title><body><p>text"), r#"p "text""#);
    }
}

#[test]
fn a_frame_that_is_never_closed_ends_with_its_noscript() {
    let page = "<body><noscript><iframe src='/x' height=0></noscript><p>text</p><iframe>f</iframe><p>more";
    check(page, "p \"text\"\np \"more\"\n");
}

#[test]
fn what_is_no_text_is_left_out() {
    check(
        "<title>T</title><style>a{}</style><script>b</script><!-- c --><svg><title>d</title><text>e</text></svg>\
           <iframe>f</iframe><textarea>g</textarea><p>only <math><mi>x</mi><annotation>y</annotation></math>",
        r#"
        p "only $x$"
    "#,
    );
}

#[test]
fn broken_markup_keeps_its_text() {
    check(
        "<!DOCTYPE html><p>one<table>two<tr><td>three</table>four",
        r#"
        p "one"
        p "two"
        p "three"
        p "four"
    "#,
    );
    check(
        "<b>one<p>two</b>three",
        r#"
        p "one" bold **one**
        p "twothree" **two**
    "#,
    );
    check("a < b <3 </ c> &lt;d> <e", r#"p "a < b <3 <d>""#);
    check(
        "<x-card>one <x-part>two</x-part><p>three</p></x-card><xmp><b>four</b>\nfive</xmp>",
        r#"
        p "one two"
        p "three"
        code "<b>four</b>\nfive"
    "#,
    );
}

mod limits {
    use super::read;

    #[track_caller]
    fn check(page: &str, note: Option<&str>, text: &str) {
        let started = std::time::Instant::now();
        let doc = read(page);
        assert_eq!(doc.notes().iter().map(|n| &*n.code).next(), note);
        assert!(doc.iter().any(|(id, _)| doc.text(id).contains(text)), "{text:?} is lost");
        let tree = doc.tree.as_ref().unwrap();
        assert!(tree.elements().iter().all(|e| e.depth <= 512));
        // A release build takes a hundredth of this.
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }

    #[test]
    fn deep_pages_are_flattened_and_very_deep_ones_end() {
        let deep = |n: usize| format!("<p>before</p>{}<p>deep</p>{}<p>after", "<div>".repeat(n), "</div>".repeat(n));
        check(&deep(500), None, "deep");
        check(&deep(600), Some("limit.depth"), "deep");
        check(&deep(600), Some("limit.depth"), "after");
        check(&deep(100_000), Some("limit.open-elements"), "before");
        for tag in ["<b>", "<svg><g>", "<ul><li>", "<table><tr><td>", "<template>", "<a href=x><p>", "<span>"] {
            let page = format!("<p>before</p>{}", tag.repeat(20_000));
            assert!(read(&page).blocks().len() <= 20_001, "{tag}");
        }
    }

    #[test]
    fn bombs_of_nodes_end() {
        let tags = (0..1500).fold(String::new(), |out, i| out + "<font class=" + &i.to_string() + ">");
        check(&format!("<p>before</p><p>{tags}</p>{}", "<p>x".repeat(1500)), Some("limit.nodes"), "before");
    }

    #[test]
    fn attributes_end() {
        let attrs = (0..50_000).fold(String::new(), |out, i| out + " data-src" + &i.to_string() + "=1");
        check(&format!("<div{attrs}>text</div>"), Some("limit.attributes"), "text");
    }

    #[test]
    fn marks_that_are_never_closed_are_one_mark() {
        let doc = read(&"<p>The <b>quay</b> at night</p><i>".repeat(400));
        assert_eq!(doc.blocks().len(), 400);
        assert!(doc.iter().all(|(id, _)| doc.inlines(id).len() <= 2), "one emphasis and one bold word");
    }

    #[test]
    fn floods_take_no_quadratic_time() {
        for piece in ["&amp;", "&", "<", "< a ", "<!-- ", "<br>", "</p>", "\u{a0}", "<!", "<?", "<![CDATA["] {
            let page = format!("<p>before</p>{}", piece.repeat(100_000));
            check(&page, None, "before");
        }
        check(&format!("<p>before</p>{}", "<a b=".repeat(100_000)), Some("limit.attributes"), "before");
    }
}

mod evidence {
    use copydesk_document::{ItemValue, Origin, Syntax};

    use super::read;

    #[test]
    fn the_head_speaks() {
        let doc = read(
            r#"<!DOCTYPE html><html lang="ko"><head><title> A  dam
               &amp; more</title><meta property="og:title" content="A dam"><meta name="DATE" content="2024-01-02">
               <meta charset=utf-8><link rel="canonical" href="https://example.org/a"><link rel=stylesheet href=x>
               <link rel=alternate hreflang=en href=/en><base href="/b/"><meta http-equiv="content-language" content="ko">"#,
        );
        let value = |origin, name| doc.evidence.value(origin, name);
        assert_eq!(value(Origin::TitleElement, "title"), Some("A dam & more"));
        assert_eq!(value(Origin::Meta, "og:title"), Some("A dam"));
        assert_eq!(value(Origin::Meta, "date"), Some("2024-01-02"));
        assert_eq!(value(Origin::Meta, "content-language"), Some("ko"));
        assert_eq!(value(Origin::Link, "canonical"), Some("https://example.org/a"));
        assert_eq!(value(Origin::Link, "alternate:en"), Some("/en"));
        assert_eq!(value(Origin::Link, "base"), Some("/b/"));
        assert_eq!(value(Origin::Attribute, "lang"), Some("ko"));
        assert_eq!(doc.evidence.clues.len(), 8);
        assert!(doc.blocks().is_empty());
    }

    #[test]
    fn times_know_their_block() {
        let doc = read(
            "<p>Head</p><p>Published <time datetime='2024-01-02T10:00Z'>2 January</time> by Ann</p><time>now</time>",
        );
        let clues: Vec<_> = doc.evidence.clues.iter().map(|c| (c.name.as_str(), c.value.as_str(), c.block)).collect();
        let block = |n| Some(copydesk_document::BlockId(n));
        assert_eq!(
            clues,
            [("datetime", "2024-01-02T10:00Z", block(1)), ("text", "2 January", block(1)), ("text", "now", block(2))]
        );
    }

    #[test]
    fn structured_data_is_read_from_scripts_and_attributes() {
        let doc = read(
            r#"<script type="application/ld+json">{"@type":"NewsArticle","headline":"A","author":{"@type":"Person","name":"Ann"}}</script>
            <article itemscope itemtype="https://schema.org/Article"><h1 itemprop="headline">B <b>c</b></h1>
              <span itemprop="author" itemscope itemtype="http://schema.org/Person"><a itemprop="name url" href="/ann">Ann Lee</a></span>
              <time itemprop="datePublished" datetime="2024-01-02">yesterday</time><img itemprop="image" src="a.jpg"></article>
            <div vocab="https://schema.org/" typeof="Recipe"><b property="name">Soup</b></div><i property="name">no</i>"#,
        );
        let items = &doc.evidence.items;
        let ld = items.iter().find(|i| i.is("NewsArticle")).unwrap();
        assert_eq!((ld.syntax, ld.text("headline")), (Syntax::JsonLd, Some("A")));
        let article = items.iter().find(|i| i.is("Article")).unwrap();
        assert_eq!((article.syntax, article.text("headline")), (Syntax::Microdata, Some("B c")));
        assert_eq!(article.text("datePublished"), Some("2024-01-02"));
        assert_eq!(article.text("image"), Some("a.jpg"));
        let Some(ItemValue::Item(author)) = article.values("author").next() else { panic!("an item") };
        let author = doc.evidence.item(*author);
        assert!(author.is("Person") && !author.top_level);
        assert_eq!(author.text("name"), Some("Ann Lee"));
        let recipe = items.iter().find(|i| i.is("Recipe")).unwrap();
        assert_eq!(recipe.text("name"), Some("Soup"));
        assert_eq!(items.len(), 5);
    }

    #[test]
    fn a_page_without_text_gives_its_state() {
        let text = "The dam was inspected on Tuesday, and no cracks were found in it. ".repeat(6);
        let page = format!(
            r#"<div id=root></div><script id="__NEXT_DATA__" type="application/json">{{"props":{{"page":{{"body":"{text}"}}}}}}</script>
            <script>window.__STATE__ = JSON.parse("{{\"x\":{{\"text\":\"{text}\"}}}}");</script>"#
        );
        let doc = read(&page);
        let clues: Vec<_> = doc.evidence.clues.iter().map(|c| (c.origin, c.name.as_str())).collect();
        assert_eq!(clues, [(Origin::EmbeddedState, "props.page.body"), (Origin::EmbeddedState, "x.text")]);
        assert_eq!(doc.evidence.clues[0].value, text.trim());
        let shown = read(&format!("<p>{}</p>{page}", text.repeat(4)));
        assert!(shown.evidence.clues.is_empty());
        // The same text twice is one article.
        assert_eq!(doc.iter().map(|(id, _)| doc.text(id)).collect::<Vec<_>>(), [text.trim()]);
    }

    #[test]
    fn pictures_know_what_stands_behind_them() {
        let doc = read(
            "<p>a</p><img src=p.gif data-src='/a.jpg' alt=' A '><p>b <img srcset='s.jpg 1x, l.jpg 2x'> c</p>\
             <video poster=v.jpg></video><picture><source srcset='w.webp 900w'><img src=w.jpg></picture>\
             <img width=1 height=1 src=pixel.gif><img src='data:image/gif;base64,AA'>",
        );
        let images: Vec<_> = doc.images.iter().map(|i| (i.src.as_str(), i.alt.as_str(), i.before.0, i.video)).collect();
        assert_eq!(
            images,
            [("/a.jpg", "A", 1, false), ("l.jpg", "", 2, false), ("v.jpg", "", 2, true), ("w.webp", "", 2, false)]
        );
    }
}

#[test]
fn figures_that_are_raised_or_lowered_join_no_others() {
    check(
        "<p>A wave of 10<sup>3</sup> m<sup>2</sup>, 5·10<sup>&minus;7</sup>, a quay<sup><a href='#n1'>1</a></sup> of 2011<sub>15 ago</sub>",
        r#"p "A wave of 10³ m², 5·10⁻⁷, a quay¹ of 2011 15 ago" linked=1 [¹](#n1)"#,
    );
    check(
        "<p>The 1<sup>st</sup> boat, M<sup>me</sup> Roux, H<sub>2</sub>O, a note<sup>[1]</sup>, x<sub>1</sub>, 7<sub>2</sub>",
        r#"p "The 1st boat, Mme Roux, H2O, a note[1], x1, 7₂""#,
    );
}

#[test]
fn readings_and_words_for_screen_readers_stand_apart() {
    check(
        "<p><ruby>港<rt>みなと</rt></ruby>の<ruby>船<rp>(</rp><rt>ふね</rt><rp>)</rp></ruby>だ。</p>",
        r#"
        p "港の船だ。"
        p "みなと ( ふね )" hidden
    "#,
    );
    check(
        r#"<p>See the <a href="/t">times<span class="visually-hidden"> (new tab)</span></a> of the <i>mole<b role="tooltip">A pier.</b></i>.</p>"#,
        r#"
        p "See the times of the mole." linked=5 [times](/t) *mole*
        p "(new tab) A pier." hidden **A pier.**
    "#,
    );
    // A label before a value says what the value is.
    check(r#"<p><span class="sr-only">By</span> Ann Lee</p>"#, r#"p "By Ann Lee""#);
    check(
        r##"<h2>Boats <a href="#boats">¶</a></h2><h2><a href="#quay">Quay</a></h2>"##,
        r#"
        h2 "Boats"
        h2 "¶" linked=1 hidden [¶](#boats)
        h2 "Quay" linked=4 [Quay](#quay)
    "#,
    );
}

#[test]
fn quotations_have_their_marks() {
    check(
        "<p>She said <q>no <q>boat</q> today </q>, twice. <q>“Yes”</q>",
        r#"p "She said “no “boat” today” , twice. “Yes”""#,
    );
}

#[test]
fn a_large_first_letter_goes_on_with_its_word() {
    check(
        r#"<h1>T</h1><div class="dropcap" aria-hidden="true">T</div><p>he ferry <b>runs</b>.</p><p>Two.</p>"#,
        r#"
        h1 "T"
        p "The ferry runs." **runs**
        p "Two."
    "#,
    );
    check(r#"<p class="has-drop-cap">One.</p><p>Two.</p>"#, "p \"One.\"\np \"Two.\"");
    check(r#"<div class="dropcap">T</div><h2>he end</h2>"#, "p \"T\"\nh2 \"he end\"");
}

#[test]
fn the_button_that_unfolds_an_answer_is_its_heading() {
    check(
        "<h3><button>Are bicycles carried?</button></h3><dl><dt><button>When?</button><dd>At six.<button>Copy</button></dl>\
         <h3>Times<button>Copy</button></h3>",
        r#"
        h3 "Are bicycles carried?"
        def "When?"
        def "At six."
        control "Copy"
        h3 "Times"
        control "Copy"
    "#,
    );
}

#[test]
fn prose_in_pre_is_read_as_the_plain_text_that_it_is() {
    let prose = "The board of the harbour has decided that the night ferry will run\n\
                 through the winter, as it has in all the years since the war. The\n\
                 price of a <a href='/t'>ticket stays</a> as it is.\n\n\
                 Nobody had expected that. The town had asked for a second boat and\n\
                 for a later one, and it had offered to pay for both of these from\n\
                 the fund for the quay, which is now put off for one more year.";
    check(
        &format!("<pre>{prose}</pre>"),
        r#"
        p "The board of the harbour has decided that the night ferry will run through the winter, as it has in all the years since the war. The price of a ticket stays as it is." linked=12 [ticket stays](/t)
        p "Nobody had expected that. The town had asked for a second boat and for a later one, and it had offered to pay for both of these from the fund for the quay, which is now put off for one more year."
    "#,
    );
    let verse = "The lamps go out along the mole,\nthe gulls have gone to bed,\n".repeat(8);
    let code = "    for boat in boats:\n        if boat.late == True and boat.full: wait(boat)\n".repeat(8);
    for text in [verse, code] {
        let doc = read(&format!("<pre>{text}</pre>"));
        assert_eq!((doc.blocks().len(), doc.blocks()[0].kind), (1, BlockKind::Code), "{text}");
    }
}

#[test]
fn nothing_swallows_the_page() {
    for head in [
        "<title>Ferry news",
        "<title/>",
        "<iframe src=x/>",
        "<iframe src=x><p>one</p><iframe></iframe>",
        "<textarea name=q />",
        "<textarea>",
        "<title>a<title>b",
    ] {
        let html = format!("{head}<p>The ferry sails again.</p><p>It is new.</p>");
        let doc = read(&html);
        let shown: Vec<&str> = doc.iter().filter(|(_, b)| !b.hidden).map(|(id, _)| doc.text(id)).collect();
        assert_eq!(shown, ["The ferry sails again.", "It is new."], "{html}");
        let told = doc.notes().iter().any(|note| note.code == "unclosed-element");
        assert_eq!(told, !html.contains("</iframe>"), "{html}");
    }
    // What is closed keeps what it has, tags and all.
    check("<textarea><p>one</p></textarea><p>two", "p \"two\"");
}

#[test]
fn pages_of_frames_give_what_browsers_without_frames_show() {
    let frames = "<frameset cols=20%,80%><frame src=a.html><noframes><body><h1>Ferries</h1><p>All sail &amp; float.\
        </body></noframes></frameset>";
    let doc = read(frames);
    assert_eq!(show(&doc), "p \"Ferries\"\np \"All sail & float.\"\n");
    assert!(doc.notes().iter().any(|note| note.code == "embedded-text"));
    check("<p>Text</p><noframes>No <b>frames</b></noframes>", "p \"Text\"\np \"No frames\" hidden");
}

#[test]
fn foreign_content_ends_where_the_standard_says() {
    check("<svg><path><font color=red>one</font><p>two", "p \"one\"\np \"two\"");
    let formula = "x <math><mi>y</mi><annotation-xml encoding=Text/HTML><div>copy</div></annotation-xml></math> z";
    check(formula, "p \"x $y$ z\"");
    check("<plaintext>a &amp; <b>", "code \"a &amp; <b>\"");
}

#[test]
fn blank_lines_part_paragraphs_where_no_tag_does() {
    let text = "The ferry &amp; the pilot leave at <b>ten</b>.\n\nThe tide is\nlow.\n \n<i>Nobody</i> waits.\n\n";
    check(
        text,
        "p \"The ferry & the pilot leave at ten.\" **ten**\np \"The tide is low.\"\np \"Nobody waits.\" *Nobody*",
    );
    let doc = read(text);
    let spans: Vec<_> =
        doc.iter().map(|(_, block)| &text[block.span.start as usize..block.span.end as usize]).collect();
    assert_eq!(spans[1], "The tide is\nlow.", "{spans:?}");
    check("The <b>ferry</b><br>leaves\n\nat ten.", "p \"The ferry\\nleaves at ten.\" **ferry**");
    check(
        "The <b>ferry</b> leaves.\r\n\r\nThe tide waits.",
        "p \"The ferry leaves.\" **ferry**\np \"The tide waits.\"",
    );
    check("<p>The ferry\n\nleaves.</p>", "p \"The ferry leaves.\"");
}
