//! What a block is by itself: its form, and what the vocabularies know of its words.

use copydesk_document::{BlockId, BlockKind};
use copydesk_lexicon::{FieldKind, PageLabelKind as Kind};

use super::Sink;
use crate::{
    page::{LineSigns, Page},
    shape::Shape,
};

pub(super) fn form(page: &Page<'_>, index: usize, shape: &Shape, sink: &mut impl Sink) {
    let block = page.doc.block(BlockId(index as u32));
    let letters = shape.letters.max(1) as f32;
    let tokens = shape.tokens.max(1) as f32;
    sink.put("words", shape.words);
    sink.put("chars", shape.chars as f32);
    sink.put("chars-per-token", shape.chars as f32 / tokens);
    sink.put("longest-token", shape.longest as f32);
    sink.put("upper-share", shape.upper as f32 / letters);
    sink.put("digit-share", shape.digits as f32 / shape.chars.max(1) as f32);
    sink.put("letter-share", shape.letters as f32 / shape.chars.max(1) as f32);
    sink.put("capital-share", shape.capitals as f32 / tokens);
    sink.put("small-share", shape.small as f32 / tokens);
    sink.put("commas", shape.commas as f32);
    sink.put("stops", shape.stops as f32);
    sink.put("words-per-stop", shape.words / (shape.stops as f32 + 1.0));
    sink.put("colons", shape.colons as f32);
    sink.put("marks", shape.marks as f32);
    sink.put("marks-per-token", shape.marks as f32 / tokens);
    sink.put("quotes", shape.quotes as f32);
    sink.put("money", shape.money as f32);
    sink.put("breaks", shape.breaks as f32);
    sink.flag("closed", shape.closed);
    sink.flag("announces", shape.announces);
    sink.flag("cut", shape.cut);
    sink.flag("starts-small", shape.starts_small);
    sink.flag("starts-digit", shape.starts_digit);
    sink.flag("starts-mark", shape.starts_mark);
    sink.flag("starts-quote", shape.starts_quote);
    sink.flag("prose", shape.is_prose());
    sink.put("linked", page.linked[index]);
    sink.flag("hidden", block.hidden);
    sink.flag("bold", block.bold);
    sink.flag("heading", block.kind == BlockKind::Heading);
    sink.put("level", f32::from(block.level));
    sink.flag("list-item", block.kind == BlockKind::ListItem);
    sink.flag("paragraph", block.kind == BlockKind::Paragraph);
    sink.flag("quote", block.kind == BlockKind::Quote);
    sink.flag("table-row", block.kind == BlockKind::TableRow);
    sink.flag("code", block.kind == BlockKind::Code);
    sink.flag("caption", block.kind == BlockKind::Caption);
    sink.flag("definition", block.kind == BlockKind::Definition);
    sink.flag("control", block.kind == BlockKind::Control);
}

pub(super) fn vocabulary(line: &LineSigns, sink: &mut impl Sink) {
    let is = |kinds: &[Kind]| line.label.is_some_and(|(kind, _)| kinds.contains(&kind));
    sink.flag("label", line.label.is_some());
    sink.flag("label-whole", line.label.is_some_and(|l| l.1));
    sink.flag(
        "label-share",
        is(&[Kind::Share, Kind::LinkCopied, Kind::Print, Kind::FontSize, Kind::Follow, Kind::Listen]),
    );
    sink.flag(
        "label-navigation",
        is(&[
            Kind::SkipNavigation,
            Kind::Menu,
            Kind::Paging,
            Kind::BackToTop,
            Kind::Search,
            Kind::Login,
            Kind::Language,
        ]),
    );
    sink.flag("label-related", is(&[Kind::Related, Kind::ReadMore]));
    sink.flag("label-subscribe", is(&[Kind::Subscribe, Kind::Device]));
    sink.flag("label-legal", is(&[Kind::Copyright, Kind::Legal, Kind::Cookie, Kind::Disclaimer]));
    sink.flag("label-comments", is(&[Kind::Comments, Kind::Feedback]));
    sink.flag("label-advertisement", is(&[Kind::Advertisement]));
    sink.flag("label-tags", is(&[Kind::Tags, Kind::Counter, Kind::Loading, Kind::Gallery]));
    sink.flag("label-author-note", is(&[Kind::AuthorNote]));
    let field = |kinds: &[FieldKind]| line.field.is_some_and(|(kind, _)| kinds.contains(&kind));
    sink.flag("field", line.field.is_some());
    sink.flag(
        "field-date",
        field(&[FieldKind::Published, FieldKind::Updated, FieldKind::Views, FieldKind::ReadingTime]),
    );
    sink.flag("field-author", field(&[FieldKind::Author, FieldKind::Editor, FieldKind::Source]));
    sink.flag("byline", line.byline);
    sink.flag("date", line.date);
    sink.put("title-share", line.title);
    sink.flag("headline", line.headline);
    sink.put("description-share", line.description);
    sink.put("declared", line.declared);
    sink.put("copies", line.copies as f32);
    sink.flag("again", line.again);
    sink.flag("pictured", line.pictured);
}
