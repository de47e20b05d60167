//! Lines inside a story that lead away from it: other stories, newsletters, apps, players, lists of tags, notices of
//! copyright. They say what they are by how they begin; the forests see one paragraph among others.

use copydesk_document::{BlockId, BlockKind, BoilerplateKind};
use copydesk_lexicon::PageLabelKind as Kind;

use crate::{
    page::Page,
    rules::{Finding, boilerplate_kind_of},
};

/// Whether a block begins like a promotion and is short enough, or linked enough, to be one.
pub(crate) fn find(page: &Page<'_>, index: usize) -> Option<Finding> {
    let block = page.doc.block(BlockId(index as u32));
    let line = &page.lines[index];
    let (kind, whole) = line.label?;
    if whole || matches!(block.kind, BlockKind::Heading | BlockKind::TableRow | BlockKind::Code) {
        return None;
    }
    let (words, linked) = if line.sure { most_words(kind)? } else { most_words_if_linked(kind)? };
    (page.shapes[index].words <= words && page.linked[index] >= linked).then(|| Finding {
        what: boilerplate_kind_of(kind),
        rule: "promotion",
        detail: format!("begins like {}", describe(boilerplate_kind_of(kind))),
    })
}

/// How long a line may be whose beginning no sentence of a story has, and which share of it must stand in links.
fn most_words(kind: Kind) -> Option<(f32, f32)> {
    match kind {
        Kind::Related | Kind::Subscribe | Kind::Copyright | Kind::Advertisement => Some((45.0, 0.0)),
        Kind::Device | Kind::Follow => Some((25.0, 0.0)),
        Kind::Tags => Some((30.0, 0.0)),
        Kind::ReadMore | Kind::Listen => Some((14.0, 0.0)),
        _ => None,
    }
}

/// The same for a beginning that sentences have as well: `Read more about`, `Sign up for`.
fn most_words_if_linked(kind: Kind) -> Option<(f32, f32)> {
    match kind {
        Kind::Related | Kind::ReadMore => Some((40.0, 0.6)),
        Kind::Tags => Some((40.0, 0.5)),
        Kind::Subscribe | Kind::Follow | Kind::Device => Some((25.0, 0.4)),
        _ => None,
    }
}

fn describe(what: BoilerplateKind) -> &'static str {
    match what {
        BoilerplateKind::Related => "a pointer to other texts",
        BoilerplateKind::Share => "an offer to follow or to listen",
        BoilerplateKind::Advertisement => "a mark of an advertisement",
        BoilerplateKind::Newsletter => "an offer to subscribe",
        BoilerplateKind::Footer => "a notice of copyright",
        _ => "a list of tags or an offer of an app",
    }
}
