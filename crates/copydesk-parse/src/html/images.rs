//! Pictures.

use copydesk_document::{Attr, BlockId, Document, ElementId, Image, Origin, Span, Tag, absolute};

use super::arena::{Arena, NONE};

/// Most pages have some dozens.
const MAX_IMAGES: usize = 10_000;

/// Nodes below a picture or video that are looked at, white space between its sources among them.
const MAX_SOURCES: usize = 200;

/// Longest address that is one.
const MAX_ADDRESS: usize = 4096;

/// Reads an `<img>`, `<amp-img>`, `<video>`, or a `<picture>` that has nothing but sources.
pub(super) fn read(arena: &Arena, id: u32, element: ElementId, before: BlockId, images: &mut Vec<Image>) {
    let node = arena.node(id);
    let video = node.tag == Tag::Video;
    let src = match node.tag {
        Tag::Video => video_address(arena, id),
        Tag::Picture if arena.below(id, MAX_SOURCES).any(|c| arena.node(c).tag == Tag::Img) => return,
        Tag::Picture => source_address(arena, id),
        _ => picture_address(arena, id),
    };
    let alt = arena.attr(id, Attr::Alt).unwrap_or_default().trim();
    let Some(src) = src.or((!alt.is_empty()).then_some("")) else { return };
    if images.len() >= MAX_IMAGES || is_pixel(arena, id) {
        return;
    }
    // A lazy picture stands a second time in the <noscript> beside it.
    if !src.is_empty() && images.iter().rev().take(3).any(|image| image.src == src) {
        return;
    }
    images.push(Image {
        src: src.to_owned(),
        alt: alt.to_owned(),
        title: arena.attr(id, Attr::Title).unwrap_or_default().trim().to_owned(),
        span: Span::new(node.start as usize, node.end as usize),
        before,
        element: Some(element),
        video,
    });
}

/// Pictures of one pixel count visitors.
fn is_pixel(arena: &Arena, id: u32) -> bool {
    [Attr::Width, Attr::Height]
        .iter()
        .all(|a| arena.attr(id, *a).is_some_and(|v| matches!(v.trim(), "0" | "1" | "1px")))
}

fn address(value: &str) -> Option<&str> {
    let value = value.trim();
    (!value.is_empty() && value.len() <= MAX_ADDRESS && !value.starts_with("data:")).then_some(value)
}

fn video_address(arena: &Arena, id: u32) -> Option<&str> {
    let own = [Attr::Poster, Attr::Src].iter().find_map(|a| arena.attr(id, *a).and_then(address));
    own.or_else(|| {
        let sources = arena.below(id, MAX_SOURCES).filter(|c| arena.node(*c).tag == Tag::Source);
        sources.filter_map(|c| arena.attr(c, Attr::Src)).find_map(address)
    })
}

/// The best address: what a script would load later, then the largest of a set, then `src`.
fn picture_address(arena: &Arena, id: u32) -> Option<&str> {
    let lazy = arena
        .attrs(id)
        .iter()
        .filter(|a| a.name.starts_with("data-") && (a.name.ends_with("src") || a.name.contains("original")))
        .find_map(|a| address(&a.value).filter(|v| looks_like_address(v)));
    lazy.or_else(|| largest_of(arena, id))
        .or_else(|| {
            let parent = arena.node(id).parent;
            if parent == NONE || arena.node(parent).tag != Tag::Picture {
                return None;
            }
            source_address(arena, parent)
        })
        .or_else(|| arena.attr(id, Attr::Src).and_then(address))
}

/// The largest address of the first source of a `<picture>` that has one.
fn source_address(arena: &Arena, picture: u32) -> Option<&str> {
    arena.below(picture, MAX_SOURCES).filter(|c| arena.node(*c).tag == Tag::Source).find_map(|c| largest_of(arena, c))
}

/// Makes addresses whole that are relative to the document, where its own is known.
pub(super) fn make_absolute(doc: &mut Document) {
    let declared = |name| doc.evidence.value(Origin::Link, name);
    let is_whole = |url: &&str| url.contains("://");
    let own = [doc.source.url.as_deref(), declared("canonical")].into_iter().flatten().find(is_whole);
    // `<base href="/">` is itself relative to the document.
    let base = match declared("base") {
        Some(base) if is_whole(&base) => Some(base.to_owned()),
        Some(base) => own.and_then(|own| absolute(base, own).or_else(|| Some(own.to_owned()))),
        None => own.map(str::to_owned),
    };
    let Some(base) = base else { return };
    for image in doc.images.iter_mut().filter(|image| !image.src.is_empty()) {
        if let Some(whole) = absolute(&image.src, &base) {
            image.src = whole;
        }
    }
}

fn looks_like_address(value: &str) -> bool {
    !value.contains(char::is_whitespace) && (value.contains('/') || value.contains('.'))
}

fn largest_of(arena: &Arena, id: u32) -> Option<&str> {
    [Attr::DataSrcset, Attr::Srcset].iter().find_map(|a| arena.attr(id, *a).and_then(largest))
}

/// The address with the largest width or density in a `srcset`.
fn largest(srcset: &str) -> Option<&str> {
    let mut best: Option<(f32, &str)> = None;
    let mut rest = srcset;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        if rest.is_empty() {
            return best.map(|(_, url)| url);
        }
        let (url, tail) = rest.split_at(rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len()));
        let size = if url.ends_with(',') {
            rest = tail;
            1.0
        } else {
            let (descriptor, tail) = tail.split_at(tail.find(',').unwrap_or(tail.len()));
            rest = tail;
            descriptor.trim().trim_end_matches(['w', 'x', 'h']).parse().unwrap_or(1.0)
        };
        if let Some(url) = address(url.trim_end_matches(','))
            && best.is_none_or(|(most, _)| size > most)
        {
            best = Some((size, url));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_of_a_set() {
        assert_eq!(largest("a.jpg 320w, b.jpg 1280w ,c.jpg 640w"), Some("b.jpg"));
        assert_eq!(largest("a.jpg, b.jpg 2x"), Some("b.jpg"));
        assert_eq!(largest("/i/w_1,h_2/a.jpg 1x, /i/w_2,h_4/a.jpg 2x"), Some("/i/w_2,h_4/a.jpg"));
        assert_eq!(largest(" , "), None);
    }
}
