//! The page as a whole: the same numbers for all of its blocks.

use super::{Frame, Sink};
use crate::page::Page;

pub(crate) fn whole(page: &Page<'_>, frame: &Frame, sink: &mut impl Sink) {
    let facts = &page.facts;
    sink.put("page blocks", page.len() as f32);
    sink.put("page words", frame.words);
    sink.put("page prose", frame.prose);
    sink.put("page linked", frame.link_density);
    sink.put("page prose-share", frame.prose_share);
    sink.put("page prose-blocks", frame.prose_blocks);
    sink.put("page prose-length", frame.prose_length);
    sink.put("page headings", frame.headings);
    sink.put("page articles", frame.articles);
    sink.put("page items", frame.items);
    sink.put("page rows", frame.rows);
    sink.put("page images", frame.images);
    for (name, share) in
        ["page money", "page dates", "page bylines", "page code", "page controls", "page short", "page twins"]
            .iter()
            .zip(frame.shares)
    {
        sink.put(name, share);
    }
    sink.flag("page has-headline", page.headline.is_some());
    sink.flag("page article", facts.article);
    sink.flag("page product", facts.product);
    sink.flag("page list", facts.list);
    sink.flag("page forum", facts.forum);
    sink.flag("page faq", facts.faq);
    sink.flag("page course", facts.course);
    sink.flag("page og-article", facts.og_article);
    sink.flag("page og-product", facts.og_product);
    sink.flag("page og-website", facts.og_website);
    sink.flag("page dated", facts.dated);
    sink.put("url depth", facts.url_depth);
    sink.put("url hyphens", facts.url_hyphens);
    sink.put("url digits", facts.url_digits);
    for (name, said) in ["url product", "url collection", "url blog", "url docs", "url forum", "url service"]
        .iter()
        .zip(facts.url_words)
    {
        sink.flag(name, said);
    }
}
