//! What Markdown keeps of the structure of a page.

use copydesk_document::{Decision, Document, Input, Label};
use copydesk_parse::{Limits, parse};
use copydesk_record::{Markup, markdown};

/// A page all of whose visible blocks are main text, as Markdown.
fn written(html: &str) -> String {
    let page = format!("<!DOCTYPE html><body>{html}");
    let mut doc: Document = parse(&Input::new("page.html", page), &Limits::default()).expect("a page");
    let shown: Vec<_> = doc.iter().filter(|(_, block)| !block.hidden).map(|(id, _)| id).collect();
    for block in shown {
        let (stage, rule, detail) = ("test".into(), "all".into(), "".into());
        doc.decide(Decision { block, label: Label::Body, stage, rule, detail });
    }
    markdown(&doc, Markup::default())
}

fn check(html: &str, want: &str) {
    assert_eq!(written(html), want, "{html}");
}

#[test]
fn lists_keep_their_numbers_and_depth() {
    check(
        "<ol start=9><li>2 eggs<li>Milk<ul><li>cold<li>1. fresh</ul></ol><p>So.",
        "9. 2 eggs\n10. Milk\n    - cold\n    - 1\\. fresh\n\nSo.",
    );
    check("<ul><li>a</li><ol><li>b</li></ol><li><p>c</p><p>d</p></ul>", "- a\n  1. b\n- c\n\n  d");
    check("<ol><li value=4>four<li>five</ol>", "4. four\n5. five");
    check("<ol><li>Run:<pre>one\n\ntwo</pre><li>Stop</ol>", "1. Run:\n\n   ```\n   one\n\n   two\n   ```\n2. Stop");
}

#[test]
fn tables_keep_their_heads_spans_and_captions() {
    check("<table><tr><th>a<th>b<tr><td>1|2<td></table>", "| a | b |\n| --- | --- |\n| 1\\|2 | |");
    check(
        "<table><caption>All &amp; more</caption><thead><tr><th rowspan=2>x<th colspan=2>y<tr><th>p<th>q</thead><tr><td>1<td>&lt;2<td>3</table>",
        "All & more\n\n<table>\n<thead>\n<tr><th rowspan=\"2\">x</th><th colspan=\"2\">y</th></tr>\n<tr><th>p</th><th>q</th></tr>\n\
         </thead>\n<tbody>\n<tr><td>1</td><td>&lt;2</td><td>3</td></tr>\n</tbody>\n</table>",
    );
    check(
        "<div role=table><div role=row><div role=columnheader>a</div><div role=columnheader>b</div></div>\
         <div role=row><div role=cell>1</div><div role=cell>2</div></div></div>",
        "| a | b |\n| --- | --- |\n| 1 | 2 |",
    );
}

#[test]
fn code_keeps_its_language_and_loses_the_numbers_of_its_lines() {
    let code = "```rust\nfn a() {\n\n    b();\n}\n```";
    for html in [
        "<pre><code class=language-rust>fn a() {\n\n    b();\n}\n</code></pre>",
        "<div class='highlight-rust notranslate'><pre><span class=linenos>1</span>fn a() {\n<span class=linenos>2</span>\n\
         <span class=linenos>3</span>    b();\n<span class=linenos>4</span>}\n</pre></div>",
        "<div class='highlight highlight-source-rust'><pre>fn a() {\n\n    b();\n}</pre><button>Copy</button></div>",
        "<pre class='brush: rust; title: ;'>fn a() {\n\n    b();\n}</pre>",
        "<table class=highlighttable data-lang=rust><tr><td class=linenos><pre>1\n2\n3\n4</pre><td class=code><pre>fn a() {\n\n    b();\n}</pre></table>",
        "<pre><code class='hljs rust'><table class=hljs-ln><tr><td class=hljs-ln-numbers>1<td>fn a() {<tr><td class=hljs-ln-numbers>2<td>\
         <tr><td class=hljs-ln-numbers>3<td>    b();<tr><td class=hljs-ln-numbers>4<td>}</table></code></pre>",
        "<div class='syntaxhighlighter rust'><table><tr><td class=gutter><div class=line>1</div><td class=code><div class=container>\
         <div class='line number1'><code>fn a() {</code></div><div class='line number2'>&nbsp;</div><div class='line number3'>\
         <code>&nbsp;&nbsp;&nbsp;&nbsp;</code><code>b();</code></div><div class='line number4'>}</div></div></table></div>",
        "<pre class='prettyprint lang-rust linenums'><ol><li>fn a() {<li>&nbsp;<li>    b();<li>}</ol></pre>",
    ] {
        let got = written(html);
        assert!(got == code || got.starts_with(code), "{html}\n{got}");
    }
}

#[test]
fn formulas_stay_as_they_are() {
    check("<p>If $a_1*b_2$ then <i>c_1</i>, at $5 or $6.", "If $a_1*b_2$ then *c\\_1*, at $5 or $6.");
    check("<p>So \\(x_1\\) and \\[y^2\\]", "So $x_1$ and $$y^2$$");
    check("<p>One <math display=block><mi>x</mi></math> two", "One\n\n$$x$$\n\ntwo");
}

#[test]
fn notes_quotes_and_terms_keep_what_belongs_to_them() {
    check(
        "<p>It is.<sup><a href=#fn1>1</a></sup> So [<a href=#fn2>2</a>]</p><ol><li id=fn1>See there. <a href=#r1>↩</a></li></ol>\
         <p id=fn2><a href=#r2>[2]</a> Or <a href=/x>here</a>.</p>",
        "It is.[^1] So[^2]\n\n[^1]: See there.\n\n[^2]: Or here.",
    );
    check(
        "<figure><blockquote><p>Yes.</p><p>No.</p></blockquote><figcaption>— Ann</figcaption></figure>",
        "> Yes.\n>\n> No.\n>\n> — Ann",
    );
    check("<dl><dt>gate<dd>a door<dd>a way<dt>rope<dd>a line</dl>", "gate\n: a door\n: a way\n\nrope\n: a line");
}
