//! HTML to blocks, tree and evidence.
//!
//! A page is cut into tags and texts (`tokenize`), html5ever's tree builder puts them in order as a browser would,
//! our sink takes its orders into a flat arena (`arena`), and one walk over the arena in document order (`walk`)
//! leaves the element tree, the blocks, the pictures and the evidence in the document.

mod arena;
mod attributes;
mod code;
mod display;
mod embedded;
mod entities;
mod evidence;
mod formula;
mod images;
mod inline;
mod prose;
mod rawtext;
mod run;
mod tables;
mod tokenize;
mod walk;

use copydesk_document::{Document, Note, Span};
use html5ever::tendril::StrTendril;

use self::arena::Finished;
use crate::{Limits, ParseError};

/// Reads the document's content as HTML.
pub fn parse(doc: &mut Document, limits: &Limits) -> Result<(), ParseError> {
    // The tokens share one copy of the source, so that text is not copied again on its way through html5ever.
    let shared = StrTendril::from_slice(doc.content());
    let source: &str = &shared;
    let builder = arena::Builder::new(source, limits);
    tokenize::Cutter::new(&shared, &builder, limits.max_attributes as usize).run();
    let Finished { mut arena, stopped, too_many_attributes, unclosed } = builder.finish();
    tables::mark_data_tables(&mut arena, source);
    let walked = walk::walk(doc, &arena, source, limits)?;
    evidence::finish(doc, &arena, source, &walked.elements);
    images::make_absolute(doc);
    embedded::add(doc, limits);
    embedded::add_noframes(doc, &arena, limits);
    if let Some(stopped) = stopped {
        let message = match stopped.code {
            "limit.nodes" => format!("the page has more than {} nodes", limits.max_nodes),
            "limit.open-elements" => format!("more than {} elements are open at once", limits.max_open_elements),
            _ => "the page takes too much work to parse".to_owned(),
        };
        note(doc, stopped.code, format!("{message}; what stands before is kept"), stopped.at);
    }
    if let Some(at) = walked.too_deep {
        note(doc, "limit.depth", format!("elements nested deeper than {} were flattened", limits.max_depth), at);
    }
    if let Some(at) = too_many_attributes {
        let message = format!("an element has more than {} attributes; the others are left out", limits.max_attributes);
        note(doc, "limit.attributes", message, at);
    }
    if let Some(at) = unclosed {
        let name: String = source[at as usize + 1..].chars().take_while(char::is_ascii_alphanumeric).collect();
        let message = format!("<{name}> is not closed; what stands behind it is read as part of the page");
        note(doc, "unclosed-element", message, at);
    }
    Ok(())
}

fn note(doc: &mut Document, code: &'static str, message: String, at: u32) {
    let span = Some(Span::new(at as usize, at as usize));
    doc.add_note(Note { stage: "parse".into(), code: code.into(), message, span });
}

#[cfg(test)]
mod html5lib;
#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod tests;
