"""The shapes: what stands around the text, and how each writes what stands in it. The third part is kept aside."""
import renderers as r
from page import esc, attr


def links(items, attributes="", item=""):
    return f"<ul{attributes}>" + "".join(f'<li{item}><a href="/{i}">{esc(t)}</a></li>' for i, t in enumerate(items)) + "</ul>"


def document(p, body, css="", head=""):
    return (f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{esc(p.title)} – The Gauge</title>{head}'
            f'<link rel="stylesheet" href="/{css}.css"></head>\n<body>{body}</body></html>\n')


def menu(p):
    return p.content["phrases"]["menu"]


def related(p):
    picked = p.words.random.sample(p.content["phrases"]["related"], 3)
    p.absent(*picked)
    return picked


def around_docs_sphinx(p, body):
    return document(p, f'<div class="related" role="navigation"><h3>Navigation</h3>{links(["index", "modules", "next", "previous"])}</div>'
                       f'<div class="document"><div class="documentwrapper"><div class="bodywrapper"><div class="body" role="main"><section id="top"><h1>{esc(p.title)}<a class="headerlink" href="#top">¶</a></h1>{body}</section></div></div></div>'
                       f'<div class="sphinxsidebar" role="navigation"><h3><a href="#">Table of Contents</a></h3>{links(menu(p))}<div role="note"><h3>This Page</h3><ul class="this-page-menu"><li><a href="/_sources">Show Source</a></li></ul></div></div></div>'
                       '<div class="footer" role="contentinfo">&#169; Copyright 2024, The Gauge. Created using <a href="https://www.sphinx-doc.org/">Sphinx</a> 7.4.</div>', "sphinx")


def around_docusaurus(p, body):
    p.absent("Edit this page", "Next »")
    return document(p, f'<div id="__docusaurus"><nav class="navbar navbar--fixed-top"><div class="navbar__inner">{links(menu(p))}</div></nav><div class="main-wrapper"><div class="docsWrapper_hBAB">'
                       f'<aside class="theme-doc-sidebar-container"><nav class="menu">{links(menu(p), " class=theme-doc-sidebar-menu")}</nav></aside><main class="docMainContainer_TBSr"><div class="container"><div class="row"><div class="col docItemCol_VOVn">'
                       f'<nav class="theme-doc-breadcrumbs" aria-label="Breadcrumbs">{links(["Guides"], " class=breadcrumbs")}</nav><article><div class="theme-doc-markdown markdown"><header><h1>{esc(p.title)}</h1></header>{body}</div>'
                       '<footer class="theme-doc-footer"><a href="#" class="theme-edit-this-page">Edit this page</a></footer></article><nav class="pagination-nav" aria-label="Docs pages"><a class="pagination-nav__link" href="#">Next »</a></nav></div>'
                       f'<div class="col col--3"><div class="tableOfContents_bqdL theme-doc-toc-desktop">{links(["Before you begin"], " class=table-of-contents")}</div></div></div></div></main></div></div></div>', "docusaurus", '<meta name="generator" content="Docusaurus v3.5">')


def around_mkdocs(p, body):
    p.absent("Back to top", "Skip to content")
    return document(p, f'<a href="#x" class="md-skip">Skip to content</a><header class="md-header"><nav class="md-header__inner">The Gauge</nav></header><div class="md-container"><main class="md-main"><div class="md-main__inner md-grid">'
                       f'<div class="md-sidebar md-sidebar--primary"><nav class="md-nav">{links(menu(p))}</nav></div><div class="md-sidebar md-sidebar--secondary"><nav class="md-nav" aria-label="Table of contents">{links(["Before you begin"])}</nav></div>'
                       f'<div class="md-content" data-md-component="content"><article class="md-content__inner md-typeset"><h1 id="x">{esc(p.title)}<a class="headerlink" href="#x">&para;</a></h1>{body}</article></div></div>'
                       '<button type="button" class="md-top md-icon">Back to top</button></main><footer class="md-footer"><div class="md-copyright">Made with <a href="#">Material for MkDocs</a></div></footer></div>', "mkdocs")


def around_wikipedia(p, body):
    p.absent("From The Gauge, the free handbook", "Jump to navigation", "Hidden categories:")
    return document(p, f'<div id="mw-page-base"></div><div id="content" class="mw-body" role="main"><h1 id="firstHeading" class="firstHeading mw-first-heading">{esc(p.title)}</h1><div id="bodyContent" class="vector-body">'
                       f'<div id="siteSub" class="noprint">From The Gauge, the free handbook</div><a class="mw-jump-link" href="#mw-head">Jump to navigation</a><div id="mw-content-text" class="mw-body-content"><div class="mw-content-ltr mw-parser-output" lang="en" dir="ltr">{body}'
                       f'<div role="navigation" class="navbox"><table class="nowraplinks navbox-inner"><tbody><tr><th scope="col" class="navbox-title" colspan="2">Gauges of the coast</th></tr><tr><th scope="row" class="navbox-group">North</th><td class="navbox-list">{links(related(p))}</td></tr></tbody></table></div></div></div>'
                       f'<div id="catlinks" class="catlinks"><div class="mw-normal-catlinks"><a href="#">Categories</a>: {links(["Gauges", "Coast"])}</div><div class="mw-hidden-catlinks">Hidden categories: {links(["All articles"])}</div></div></div></div>'
                       f'<div id="mw-navigation"><div id="mw-panel">{links(menu(p))}</div></div><footer id="footer" class="mw-footer"><ul><li>This page was last edited on 4 May 2024.</li></ul></footer>', "vector", '<meta name="generator" content="MediaWiki 1.43">')


def around_latexml(p, body):
    return document(p, f'<nav class="ltx_page_navbar"><nav class="ltx_TOC"><ol class="ltx_toclist"><li class="ltx_tocentry"><a href="#S1" class="ltx_ref">1 Introduction</a></li></ol></nav></nav><div class="ltx_page_main"><div class="ltx_page_content"><article class="ltx_document">'
                       f'<h1 class="ltx_title ltx_title_document">{esc(p.title)}</h1><div class="ltx_authors"><span class="ltx_creator ltx_role_author"><span class="ltx_personname">Irene Farrow</span></span></div>'
                       f'<div class="ltx_abstract"><h6 class="ltx_title ltx_title_abstract">Abstract</h6><p class="ltx_p">{esc(p.paragraph(2))}</p></div>{body}</article></div>'
                       '<footer class="ltx_page_footer"><div class="ltx_page_logo">Generated on Tue May 4 06:00:00 2024 by <a href="#" class="ltx_LaTeXML_logo">LaTeXML</a></div></footer></div>', "latexml")


def around_stackexchange(p, body):
    p.absent("Ask Question", "Add a comment", "Improve this answer", "Not the answer you're looking for? Browse other questions tagged gauge.")
    half = body.split("<!--half-->")
    question, answer = (half[0], "".join(half[1:])) if len(half) > 1 else (body, "")
    answer = (f'<div id="answers"><div class="answers-subheader"><h2>1 Answer</h2></div><div class="answer js-answer accepted-answer" data-score="12"><div class="post-layout"><div class="votecell"><div class="js-vote-count">12</div></div>'
              f'<div class="answercell post-layout--right"><div class="s-prose js-post-body" itemprop="text">{answer}</div><div class="js-post-menu"><a href="#">Improve this answer</a></div></div></div></div></div>') if answer else ""
    return document(p, f'<header class="s-topbar"><nav>{links(menu(p))}</nav></header><div class="container"><div id="left-sidebar">{links(["Questions", "Tags"])}</div><div id="content"><div itemprop="mainEntity" itemscope itemtype="https://schema.org/Question"><div id="question-header"><h1 itemprop="name" class="fs-headline1"><a href="#">{esc(p.title)}</a></h1><a class="s-btn" href="#">Ask Question</a></div>'
                       f'<div id="mainbar"><div class="question js-question" id="question"><div class="post-layout"><div class="votecell post-layout--left"><div class="js-vote-count">4</div></div><div class="postcell post-layout--right"><div class="s-prose js-post-body" itemprop="text">{question}</div>'
                       f'<div class="post-taglist">{links(["gauge"])}</div></div></div><div id="comments"><a class="js-add-link comments-link">Add a comment</a></div></div>{answer}<h2 class="bottom-notice">Not the answer you\'re looking for? Browse other questions tagged gauge.</h2></div>'
                       f'<div id="sidebar"><div class="module sidebar-related"><h4>Related</h4>{links(related(p))}</div></div></div></div></div><footer class="site-footer">{links(menu(p))}</footer>', "se")


def around_wordpress(p, body):
    p.absent("Share this:", "Like Loading...", "Leave a Reply")
    return document(p, f'<div id="page" class="hfeed site"><header id="masthead" class="site-header"><p class="site-title"><a href="/">The Gauge</a></p><nav class="main-navigation">{links(menu(p))}</nav></header><div id="content" class="site-content"><main id="main" class="site-main">'
                       f'<article id="post-{p.number}" class="post type-post status-publish hentry"><header class="entry-header"><h1 class="entry-title">{esc(p.title)}</h1><div class="entry-meta"><span class="posted-on"><time class="entry-date published" datetime="2024-05-04T08:00:00+00:00">May 4, 2024</time></span> <span class="byline">by <a href="/author">Jamal Garrick</a></span></div></header>'
                       f'<div class="entry-content">{body}<div class="sharedaddy sd-sharing-enabled"><h3 class="sd-title">Share this:</h3>{links(["Mastodon", "Print"])}</div><div class="sd-like">Like Loading...</div></div></article>'
                       f'<div id="comments" class="comments-area"><div id="respond"><h3 class="comment-reply-title">Leave a Reply</h3></div></div></main><aside id="secondary" class="widget-area"><section class="widget"><h2 class="widget-title">Recent Posts</h2>{links(related(p))}</section></aside></div><footer class="site-footer">Proudly powered by WordPress</footer></div>', "wp", '<meta name="generator" content="WordPress 6.6">')


def around_github(p, body):
    p.absent("Skip to content", "You signed in with another tab or window.", "Packages 0")
    return document(p, f'<a href="#start" class="show-on-focus">Skip to content</a><header class="AppHeader">{links(menu(p))}</header><div class="flash">You signed in with another tab or window.</div><main><div id="repository-container-header"><strong><a href="/g">gauge</a></strong><ul class="UnderlineNav-body"><li>Code</li><li>Issues 4</li></ul></div>'
                       f'<div class="Layout"><div class="Layout-main"><table class="DirectoryContent" aria-labelledby="folders-and-files"><thead><tr><th>Name</th><th>Last commit message</th></tr></thead><tbody><tr><td><a href="#">src</a></td><td>Read twice</td></tr><tr><td><a href="#">README.md</a></td><td>Typo</td></tr></tbody></table>'
                       f'<div class="Box"><nav><ul><li>README</li></ul></nav><article class="markdown-body entry-content container-lg" itemprop="text"><div class="markdown-heading" dir="auto"><h1 class="heading-element">{esc(p.title)}</h1><a class="anchor" aria-label="Permalink" href="#x"><svg></svg></a></div>{body}</article></div></div>'
                       f'<div class="Layout-sidebar"><h2>About</h2><p>Reads gauges</p><h2>Packages 0</h2></div></div></main><footer class="footer">{links(["Terms", "Privacy"])}</footer>', "github")


def around_government(p, body):
    p.absent("Accept additional cookies", "Is this page useful?")
    return document(p, f'<div id="global-cookie-message"><h2>Cookies on this site</h2><button>Accept additional cookies</button></div><header class="gem-c-layout-super-navigation-header"><nav>{links(menu(p))}</nav></header><div id="wrapper"><main id="content" class="govuk-main-wrapper"><div class="govuk-grid-row"><div class="gem-c-title"><h1>{esc(p.title)}</h1></div>'
                       f'<div class="gem-c-metadata"><dl class="gem-c-metadata__list"><dt>From:</dt><dd>Office of Gauges</dd><dt>Published</dt><dd>4 May 2024</dd></dl></div><div class="govuk-grid-column-two-thirds"><div class="gem-c-govspeak govuk-govspeak">{body}</div></div></div></main>'
                       f'<div class="gem-c-feedback"><h2>Is this page useful?</h2><button>Yes</button></div></div><footer class="gem-c-layout-footer">{links(menu(p))}</footer>', "gov")


def around_bare(p, body):
    """A page of an old kind, with a table for its layout."""
    return document(p, f'<table width="100%" border="0" cellpadding="4"><tr><td width="150" valign="top">{"<br>".join(f"<a href=/{i}>{m}</a>" for i, m in enumerate(menu(p)))}</td><td valign="top"><h1>{esc(p.title)}</h1>{body}<hr><address>webmaster@gauge.example</address></td></tr></table>', "old")


def around_forum(p, body):
    p.absent("Reply", "Log in to answer")
    return document(p, f'<div id="main-outlet"><div id="topic-title"><h1>{esc(p.title)}</h1></div><div class="topic-body" itemscope itemtype="http://schema.org/DiscussionForumPosting"><div class="topic-meta-data"><span class="creator"><a href="/u/oxbow">oxbow</a></span> <time datetime="2024-05-04">4 May</time></div>'
                       f'<div class="post" itemprop="text">{body}</div><nav class="post-controls"><button>Reply</button></nav></div><div class="login-bar">Log in to answer</div><div class="suggested-topics"><h3>Suggested Topics</h3>{links(related(p))}</div></div>', "discourse")


def around_magazine(p, body):
    p.absent("Subscribe", "Most read")
    return document(p, f'<header><nav>{links(menu(p))}</nav><a class="cta" href="/s">Subscribe</a></header><article class="article"><header><h1>{esc(p.title)}</h1><p class="byline">By <a href="/p">Grace Dunmore</a></p></header><div class="article-body">{body}</div></article>'
                       f'<aside class="most-read"><h2>Most read</h2>{links(related(p), " class=list")}</aside><footer>{links(menu(p))}</footer>', "mag")


def around_journal(p, body):
    p.absent("Download PDF", "Rights and permissions")
    return document(p, f'<header class="c-header">{links(menu(p))}</header><div class="u-container"><main class="c-article-main-column" id="main"><article lang="en"><div class="c-article-header"><h1 class="c-article-title" data-test="article-title">{esc(p.title)}</h1></div><div class="c-pdf-download"><a href="#">Download PDF</a></div>'
                       f'<div class="c-article-body"><section aria-labelledby="Abs1" data-title="Abstract"><div class="c-article-section"><h2 class="c-article-section__title">Abstract</h2><div class="c-article-section__content"><p>{esc(p.paragraph(2))}</p></div></div></section><div class="main-content">{body}</div></div></article></main>'
                       f'<aside class="c-article-extras"><h3>Similar content being viewed by others</h3>{links(related(p))}<h3>Rights and permissions</h3></aside></div>', "journal")


# How headings and paragraphs are written.
def h_plain(p, text, level=2):
    return f"<h{level}>{esc(text)}</h{level}>"


def h_anchor(p, text, level=2):
    slug = text.lower().replace(" ", "-")
    return f'<h{level} id="{slug}">{esc(text)}<a class="headerlink" href="#{slug}" title="Permanent link">¶</a></h{level}>'


def h_docusaurus(p, text, level=2):
    slug = text.lower().replace(" ", "-")
    return f'<h{level} class="anchor anchorWithStickyNavbar_LWe7" id="{slug}">{esc(text)}<a href="#{slug}" class="hash-link" aria-label="Direct link to {attr(text)}">&ZeroWidthSpace;</a></h{level}>'


def h_wikipedia(p, text, level=2):
    return f'<div class="mw-heading mw-heading{level}"><h{level} id="{attr(text.replace(" ", "_"))}">{esc(text)}</h{level}><span class="mw-editsection"><span class="mw-editsection-bracket">[</span><a href="#">edit</a><span class="mw-editsection-bracket">]</span></span></div>'


def h_github(p, text, level=2):
    return f'<div class="markdown-heading" dir="auto"><h{level} class="heading-element" dir="auto">{esc(text)}</h{level}><a class="anchor" aria-label="Permalink: {attr(text)}" href="#x"><span class="octicon octicon-link"></span></a></div>'


def h_latexml(p, text, level=2):
    p.turn["section"] = p.turn.get("section", 0) + 1
    return f'<h{level} class="ltx_title ltx_title_section"><span class="ltx_tag ltx_tag_section">{p.turn["section"]} </span>{esc(text)}</h{level}>'


def paragraph_plain(html):
    return f"<p>{html}</p>"


def paragraph_latexml(html):
    return f'<div class="ltx_para"><p class="ltx_p">{html}</p></div>'


SHAPES = {}


def shape(name, around, plan, heading=h_plain, paragraph=paragraph_plain, **how):
    SHAPES[name] = dict(around=around, plan=plan.split(), heading=heading, paragraph=paragraph, how=how)


EVERYTHING = "table code inline display list quote notes definitions code table list"
TEXT_AND_CODE = "code list code definitions table code"

shape("sphinx-dollar", around_docs_sphinx, EVERYTHING, h_anchor, table=r.table_sphinx, code=r.code_sphinx, math=r.math_span, math_kind="sphinx", list=r.list_paragraphs, quote=r.quote_sphinx, notes=r.notes_sphinx(), definitions=r.definitions_sphinx)
shape("sphinx-numbers", around_docs_sphinx, "code inline code display list code notes", h_anchor, code=r.code_sphinx_numbers, math=r.math_sphinx_image, list=r.list_paragraphs, notes=r.notes_sphinx())
shape("sphinx-table-numbers", around_docs_sphinx, TEXT_AND_CODE, h_anchor, code=r.code_pygments_table, table=r.table_sphinx, list=r.list_plain, definitions=r.definitions_sphinx)
shape("sphinx-captions", around_docs_sphinx, "code table inline display code", h_anchor, code=r.code_sphinx_caption, table=r.table_sphinx, math=r.math_mathjax3)
shape("docusaurus", around_docusaurus, "code table list code inline display quote", h_docusaurus, code=r.code_docusaurus, table=r.table_sections, math=r.math_katex, list=r.list_plain, quote=r.quote_plain)
shape("docusaurus-tabs", around_docusaurus, "code list code table", h_docusaurus, code=r.code_shell_tabs, list=r.list_tasks, table=r.table_sections)
shape("mkdocs-table", around_mkdocs, "code table list code definitions notes", h_anchor, code=r.code_material, table=r.table_sections, list=r.list_plain, definitions=r.definitions_plain, notes=r.notes_pandoc())
shape("mkdocs-arithmatex", around_mkdocs, "inline display code inline table list", h_anchor, code=r.code_sphinx_numbers, math=r.math_span, math_kind="arithmatex", table=r.table_plain, list=r.list_paragraphs)
shape("vitepress", around_docusaurus, "code list table code quote", h_docusaurus, code=r.code_vitepress, table=lambda p, t: r.table_sections(p, t, ' tabindex="0"'), list=r.list_plain, quote=r.quote_plain)
shape("mdn", around_docusaurus, "code table definitions code list", h_docusaurus, code=r.code_mdn, table=lambda p, t: r.table_sections(p, t, ' class="standard-table"', True, '<figure class="table-container">{}</figure>'), list=r.list_plain, definitions=r.definitions_plain)
shape("mslearn", around_docusaurus, "code table list code", h_plain, code=r.code_mslearn, table=lambda p, t: r.table_sections(p, t, ' aria-label="Table 1" class="table table-sm"', False, '<div class="table-wrapper">{}</div>'), list=r.list_paragraphs)
shape("doxygen", around_docs_sphinx, "code table code list", h_plain, code=r.code_doxygen, table=lambda p, t: r.table_plain(p, t, ' class="markdownTable"'), list=r.list_plain)
shape("notebook", around_mkdocs, "code display inline code table", h_anchor, code=r.code_notebook, math=r.math_dollar, table=lambda p, t: r.table_sections(p, t, ' border="1" class="dataframe"'))
shape("wikipedia", around_wikipedia, "table inline display list quote notes definitions table", h_wikipedia, table=r.table_wikipedia, math=r.math_wikipedia, list=r.list_plain, quote=r.quote_wikipedia, notes=r.notes_wikipedia(), definitions=r.definitions_plain)
shape("wikipedia-mirror", around_magazine, "table inline display list notes", h_plain, table=r.table_wikipedia, math=r.math_wikipedia_image, list=r.list_plain, notes=r.notes_wikipedia())
shape("wikipedia-old", around_wikipedia, "inline table display code list", h_wikipedia, table=lambda p, t: r.table_plain(p, t, ' class="wikitable" border="1"'), math=r.math_old_wiki, code=r.code_sphinx, list=r.list_values)
shape("latexml", around_latexml, "table inline display inline list display notes", h_latexml, paragraph_latexml, table=r.table_latexml, math=r.math_latexml, list=r.list_paragraphs, notes=r.notes_plain())
shape("latexml-code", around_latexml, "inline display code table inline display", h_latexml, paragraph_latexml, table=r.table_latexml, math=r.math_latexml, code=r.code_plain)
shape("latex2html", around_bare, "inline display list inline table display", table=lambda p, t: r.table_plain(p, t, ' border="1"'), math=r.math_latex2html, list=r.list_plain)
shape("stackexchange", around_stackexchange, "code inline half display code list quote", code=r.code_stackexchange, math=r.math_span, math_kind="stack", list=r.list_plain, quote=lambda p, t, s: r.quote_plain(p, t, s))
shape("stackexchange-tables", around_stackexchange, "table code half list code table", code=r.code_class, table=lambda p, t: r.table_sections(p, t, ' class="s-table"', False, '<div class="s-table-container">{}</div>'), list=r.list_plain)
shape("stackexchange-mathjax2", around_stackexchange, "inline display half inline display list", math=r.math_mathjax2, list=r.list_paragraphs)
shape("wordpress-gutenberg", around_wordpress, EVERYTHING, table=r.table_gutenberg, code=r.code_gutenberg, math=r.math_wordpress, list=r.list_plain, quote=r.quote_gutenberg, notes=r.notes_gutenberg(), definitions=r.definitions_plain)
shape("wordpress-prism", around_wordpress, "code list code table quote", code=r.code_prism, list=r.list_plain, table=r.table_gutenberg, quote=r.quote_gutenberg)
shape("wordpress-crayon", around_wordpress, "code list code table", code=r.code_crayon, list=r.list_plain, table=r.table_plain)
shape("wordpress-syntaxhighlighter", around_wordpress, "code list code inline display", code=r.code_syntaxhighlighter, list=r.list_outside, math=r.math_wordpress_quicklatex)
shape("wordpress-enlighter", around_wordpress, "code inline code display list", code=r.code_enlighter, math=r.math_mathjax2_preview, list=r.list_plain)
shape("wordpress-brush", around_wordpress, "code list table code", code=r.code_brush, list=r.list_paragraphs, table=r.table_datatables)
shape("highlightjs-numbers", around_magazine, "code list code table", code=r.code_highlightjs_numbers, list=r.list_plain, table=r.table_sections)
shape("jekyll-rouge", around_magazine, "code inline display code list notes", code=r.code_rouge, math=r.math_dollar, list=r.list_plain, notes=r.notes_pandoc())
shape("jekyll-rouge-numbers", around_magazine, "code table code list", code=r.code_rouge_table, table=r.table_sections, list=r.list_values)
shape("hugo-chroma", around_magazine, "code list code notes", h_anchor, code=r.code_chroma, list=r.list_plain, notes=r.notes_pandoc())
shape("hugo-chroma-inline", around_magazine, "code inline display code table", h_anchor, code=r.code_chroma_inline, math=r.math_parentheses, table=r.table_sections)
shape("pandoc", around_bare, EVERYTHING, code=r.code_class, math=r.math_span, math_kind="pandoc", table=r.table_sections, list=r.list_plain, quote=r.quote_plain, notes=r.notes_pandoc(), definitions=r.definitions_plain)
shape("github-readme", around_github, "code table list code inline display notes", h_github, code=r.code_github, table=lambda p, t: r.table_sections(p, t, ' tabindex="0"', False, "<markdown-accessiblity-table>{}</markdown-accessiblity-table>"), list=r.list_tasks, math=r.math_github, notes=r.notes_github())
shape("github-code", around_github, "code list code table", h_github, code=r.code_github, table=r.table_plain, list=r.list_outside)
shape("gist", around_magazine, "code code list", code=r.code_blob, list=r.list_plain)
shape("government", around_government, "table definitions list table list notes", table=r.table_government, list=r.list_plain, definitions=r.definitions_wrapped, notes=r.notes_plain())
shape("government-word", around_government, "table list table quote notes", table=r.table_bold_heads, list=r.list_values, quote=r.quote_figure, notes=r.notes_word())
shape("statistics", around_government, "table table table", h_plain, table=lambda p, t: r.table_sections(p, t, ' class="table table-striped"', True, '<div class="table-responsive">{}</div>'))
shape("statistics-scripted", around_government, "table list table", table=r.table_datatables, list=r.list_paragraphs)
shape("grid-of-roles", around_government, "table definitions table", table=r.table_aria, definitions=r.definitions_wrapped)
shape("medium", around_magazine, "code quote code list", code=r.code_breaks, quote=r.quote_figure, list=r.list_plain)
shape("substack", around_magazine, "quote list notes inline display table", quote=r.quote_plain, list=r.list_paragraphs, notes=r.notes_substack(), math=r.math_katex, table=r.table_plain)
shape("blogger-prettify", around_magazine, "code list code inline display", code=r.code_prettyprint, list=r.list_outside, math=r.math_codecogs)
shape("fiddle", around_forum, "code list code", code=r.code_codemirror, list=r.list_plain)
shape("discourse", around_forum, "quote code inline display list table", quote=r.quote_forum, code=r.code_class, math=r.math_dollar, list=r.list_plain, table=lambda p, t: r.table_sections(p, t, "", False, '<div class="md-table">{}</div>'))
shape("zhihu", around_forum, "inline display inline code list", math=r.math_katex_html_only, code=r.code_sphinx, list=r.list_plain)
shape("journal-mathml", around_journal, "inline table display inline display notes", math=r.math_mathml, table=r.table_sections, notes=r.notes_plain())
shape("journal-springer", around_journal, "inline display table inline display", math=r.math_span, math_kind="springer", table=r.table_plain)
shape("journal-prefixed", around_journal, "inline table inline list", math=r.math_mathml_prefixed, table=lambda p, t: r.table_sections(p, t, "", False, '<div class="table-wrap">{}</div>'), list=r.list_paragraphs)
shape("mathjax3", around_bare, "inline display inline list display", math=r.math_mathjax3, list=r.list_plain)

ASIDE = {name for i, name in enumerate(sorted(SHAPES)) if i % 3 == 2}


def write(p, shape):
    """The page as HTML; what it says is noted in its gold."""
    how, out, marks, footnotes = shape["how"], [], 0, []
    p.math_kind = how.get("math_kind")
    out.append(shape["paragraph"](esc(p.paragraph(3))))
    for i, kind in enumerate(shape["plan"]):
        if kind == "half":
            out.append("<!--half-->")
            continue
        if i and shape["around"] is not around_stackexchange:
            out.append(shape["heading"](p, p.heading()))
        text = esc(p.paragraph(2))
        if kind == "inline":
            text = f"{text} " + " ".join(p.sentence_with_formula(lambda given: how["math"](p, given, False)) for _ in range(3))
        elif kind == "notes":
            for _ in range(2):
                marks += 1
                sentence, note = p.note(str(marks))
                footnotes.append((str(marks), note))
                text += " " + esc(sentence) + how["notes"].reference(p, str(marks))
        out.append(shape["paragraph"](text))
        if kind == "table":
            out.append(how["table"](p, p.table()))
        elif kind == "code":
            out.append(how["code"](p, *p.code()))
        elif kind == "display":
            out.append(shape["paragraph"](how["math"](p, p.formula(True), True)))
        elif kind in ("list", "definitions"):
            out.append(how[kind](p, getattr(p, kind)()))
        elif kind == "quote":
            out.append(how["quote"](p, *p.quote()))
        if i % 2:
            out.append(shape["paragraph"](esc(p.paragraph(2))))
    if footnotes:
        out.append(how["notes"].section(p, footnotes))
    return shape["around"](p, "\n".join(out))
