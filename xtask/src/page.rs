//! One invented article, as plain text, as Markdown or as a page.

use std::fmt::Write as _;

use crate::grammar::{Grammar, Random};

/// How a document is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Text,
    Markdown,
    Html,
}

impl Form {
    /// The forms in turn, most of them plain text.
    pub(crate) fn of(number: u64) -> Self {
        match number % 10 {
            0 | 1 => Self::Html,
            2 | 3 => Self::Markdown,
            _ => Self::Text,
        }
    }

    /// The extension of its file.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Markdown => "md",
            Self::Html => "html",
        }
    }
}

/// How long an article is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Length {
    /// Most paragraphs.
    pub(crate) paragraphs: u64,
    /// Most sentences in one.
    pub(crate) sentences: u64,
}

/// The article of a number.
pub(crate) fn article(grammars: &[Grammar], seed: u64, number: u64, form: Form, length: Length) -> String {
    let mut random = Random::of(seed, number);
    // Most are in the first language, so that a corpus has a main one.
    let other = random.below(4) == 0;
    let grammar = &grammars[if other { random.below(grammars.len() as u64) as usize } else { 0 }];
    let title = grammar.phrase("headline", &mut random);
    let author = grammar.phrase("person", &mut random);
    let place = grammar.phrase("place", &mut random);
    let date = format!("{}-{:02}-{:02}", 2005 + random.below(20), 1 + random.below(12), 1 + random.below(28));
    let paragraphs: Vec<String> = (0..=random.below(length.paragraphs))
        .map(|_| {
            let mut text = String::new();
            for i in 0..=random.below(length.sentences) {
                text.push_str(if i == 0 { "" } else { " " });
                grammar.write("sentence", &mut random, &mut text);
            }
            text
        })
        .collect();
    let (by, share) = (grammar.phrase("by", &mut random), grammar.phrase("share", &mut random));
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = match form {
        Form::Text => write!(
            out,
            "{title}\n\n{by} {author}\n{date}\n\n{} — {}\n\n{share}\n",
            place.to_uppercase(),
            paragraphs.join("\n\n")
        ),
        Form::Markdown => write!(
            out,
            "---\ntitle: \"{title}\"\nauthor: \"{author}\"\ndate: {date}\n---\n\n# {title}\n\n{}\n\n[{share}](/share)\n",
            paragraphs.join("\n\n")
        ),
        Form::Html => write!(
            out,
            "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
             <meta name=\"author\" content=\"{author}\">\n\
             <meta property=\"article:published_time\" content=\"{date}\">\n</head>\n<body>\n\
             <nav><ul><li><a href=\"/\">{nav}</a></li><li><a href=\"/2\">{share}</a></li></ul></nav>\n\
             <article>\n<h1>{title}</h1>\n<p class=\"byline\">{by} {author}</p>\n<figure><img src=\"/{number}.jpg\">\
             <figcaption>{caption}</figcaption></figure>\n<p>{body}</p>\n</article>\n\
             <footer><p>{share}</p></footer>\n</body>\n</html>\n",
            lang = grammar.language,
            nav = grammar.phrase("place", &mut random),
            caption = grammar.phrase("sentence", &mut random),
            body = paragraphs.join("</p>\n<p>"),
        ),
    };
    out
}
