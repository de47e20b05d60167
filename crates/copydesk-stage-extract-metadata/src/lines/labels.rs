//! The labels of the lines that were understood.

use copydesk_document::{BlockId, BlockKind, Document, Field, Label};
use copydesk_stage::Context;

use copydesk_text::key;

/// The lines that were understood, to be labelled once the winners are known.
#[derive(Default)]
pub(crate) struct LineLabels {
    pub(crate) labels: Vec<(BlockId, Label, &'static str, String)>,
    pub(crate) headlines: Vec<BlockId>,
    pub(crate) dateline: Option<(BlockId, usize)>,
    /// The reporters in brackets behind the last paragraph: where it ends without them.
    pub(crate) wire_tail: Option<(BlockId, usize)>,
}

impl LineLabels {
    /// Labels the lines whose facts were taken.
    pub(crate) fn apply(self, doc: &mut Document, cx: &mut Context<'_>, keep_dateline: bool) {
        if let Some(title) = doc.metadata().title.as_ref().map(|t| key(&t.value)) {
            let shows = |doc: &Document, id: BlockId| {
                let own = key(doc.text(id));
                own == title || (own.len() >= 12 && title.starts_with(&own))
            };
            let is_heading = |id: &BlockId| {
                let block = doc.block(*id);
                block.kind == BlockKind::Heading && block.label().is_body()
            };
            let mut headlines: Vec<BlockId> = doc.ids().filter(is_heading).chain(self.headlines).collect();
            headlines.retain(|id| shows(doc, *id));
            headlines.sort_unstable();
            headlines.dedup();
            for id in headlines {
                cx.label(doc, id, Label::Title, "headline", "shows the title");
            }
        }
        for (id, label, rule, detail) in self.labels {
            let taken = match label {
                Label::Byline => rule == "mail-line" || taken(doc, Field::Authors),
                Label::Section => taken(doc, Field::Section),
                Label::SiteName => taken(doc, Field::SiteName),
                _ => true,
            };
            if taken {
                cx.label(doc, id, label, rule, detail);
            }
        }
        if let Some((id, end)) = self.wire_tail {
            let text = doc.text(id).get(..end).unwrap_or_default().to_owned();
            doc.set_text(id, &text);
        }
        if let Some((id, end)) = self.dateline.filter(|_| !keep_dateline && doc.metadata().dateline.is_some()) {
            let rest = doc.text(id).get(end..).unwrap_or_default().trim_start().to_owned();
            cx.text(doc, id, &rest);
        }
    }
}

/// Whether a field has a value.
fn taken(doc: &Document, field: Field) -> bool {
    doc.metadata().candidates.iter().any(|c| c.field == field && c.won)
}
