"""How sites write tables, code, formulas, lists and notes. Each function takes what `page.py` hands out, and gives HTML."""
import re

from page import attr, esc


# Tables.

def rows(table, head_tag="th", scope=False):
    out = []
    for i, row in enumerate(table.rows):
        cells = []
        for cell in row:
            tag = head_tag if cell.head else "td"
            where = ' scope="col"' if scope and cell.head and i < table.head else ""
            cells.append(f"<{tag}{cell.spans()}{where}>{esc(cell.text)}</{tag}>")
        out.append("<tr>" + "".join(cells) + "</tr>")
    return out


def table_plain(p, table, attributes=""):
    caption = f"<caption>{esc(table.caption)}</caption>" if table.caption else ""
    return f"<table{attributes}>{caption}<tbody>\n" + "\n".join(rows(table)) + "\n</tbody></table>"


def table_sections(p, table, attributes="", scope=False, wrap="{}"):
    lines = rows(table, scope=scope)
    caption = f"<caption>{esc(table.caption)}</caption>" if table.caption else ""
    head, body = "\n".join(lines[:table.head]), "\n".join(lines[table.head:])
    return wrap.format(f"<table{attributes}>{caption}<thead>{head}</thead><tbody>{body}</tbody></table>")


def table_sphinx(p, table):
    p.absent("¶")
    out = []
    for i, row in enumerate(table.rows):
        kind = "odd" if i % 2 else "even"
        cells = "".join(
            f'<{t}{c.spans()}{" class=head" if c.head else ""}><p>{esc(c.text)}</p></{t}>' for c in row for t in ["th" if c.head else "td"])
        out.append(f'<tr class="row-{kind}">{cells}</tr>')
    caption = (f'<caption><span class="caption-number">Table {p.seed} </span><span class="caption-text">{esc(table.caption)}</span>'
               '<a class="headerlink" href="#id1" title="Link to this table">¶</a></caption>') if table.caption else ""
    if table.caption:
        p.gold["tables"][-1]["caption"] = f"Table {p.seed} {table.caption}"
    return (f'<table class="docutils align-default" id="id1">{caption}<colgroup><col style="width: 30%"/></colgroup>'
            f'<thead>{"".join(out[:table.head])}</thead><tbody>{"".join(out[table.head:])}</tbody></table>')


def table_wikipedia(p, table):
    lines = []
    for i, row in enumerate(table.rows):
        cells = "\n".join(f"<{t}{c.spans()}>{esc(c.text)}\n</{t}>" for c in row for t in ["th" if c.head else "td"])
        lines.append(f"<tr>\n{cells}</tr>")
    caption = f"<caption>{esc(table.caption)}\n</caption>" if table.caption else ""
    return f'<table class="wikitable sortable">\n{caption}<tbody>' + "\n".join(lines) + "</tbody></table>"


def table_latexml(p, table):
    out = []
    for i, row in enumerate(table.rows):
        cells = "".join(
            f'<{t} class="ltx_td ltx_align_center{" ltx_th ltx_th_column" if c.head else ""} ltx_border_t"{c.spans()}>'
            f'<span class="ltx_text ltx_font_bold">{esc(c.text)}</span></{t}>' for c in row for t in ["th" if c.head else "td"])
        out.append(f'<tr class="ltx_tr" id="S2.T{p.seed}.{i}">{cells}</tr>')
    caption = ""
    if table.caption:
        caption = (f'<figcaption class="ltx_caption ltx_centering"><span class="ltx_tag ltx_tag_table">Table {p.seed}: </span>'
                   f'{esc(table.caption)}</figcaption>')
        p.gold["tables"][-1]["caption"] = f"Table {p.seed}: {table.caption}"
    return (f'<figure class="ltx_table" id="S2.T{p.seed}">{caption}<table class="ltx_tabular ltx_centering ltx_guessed_headers ltx_align_middle">'
            f'<thead class="ltx_thead">{"".join(out[:table.head])}</thead><tbody class="ltx_tbody">{"".join(out[table.head:])}</tbody></table></figure>')


def table_gutenberg(p, table):
    lines = rows(table)
    caption = f'<figcaption class="wp-element-caption">{esc(table.caption)}</figcaption>' if table.caption else ""
    return (f'<figure class="wp-block-table is-style-stripes"><table class="has-fixed-layout"><thead>{"".join(lines[:table.head])}</thead>'
            f'<tbody>{"".join(lines[table.head:])}</tbody></table>{caption}</figure>')


def table_government(p, table):
    """Header cells of rows, footnotes below, and units in a row of their own group."""
    out = []
    for i, row in enumerate(table.rows):
        cells = []
        for j, c in enumerate(row):
            if c.head:
                cells.append(f'<th{c.spans()} scope="{"colgroup" if c.columns > 1 else "col"}" class="govuk-table__header">{esc(c.text)}</th>')
            elif j == 0:
                cells.append(f'<th scope="row" class="govuk-table__header">{esc(c.text)}</th>')
                p.gold["tables"][-1]["rows"][i][j]["head"] = True
            else:
                numeric = " govuk-table__cell--numeric" if re.match(r"[\d£−+]", c.text) else ""
                cells.append(f'<td{c.spans()} class="govuk-table__cell{numeric}">{esc(c.text)}</td>')
        out.append(f'<tr class="govuk-table__row">{"".join(cells)}</tr>')
    caption = f'<caption class="govuk-table__caption govuk-table__caption--m">{esc(table.caption)}</caption>' if table.caption else ""
    return (f'<table class="govuk-table">{caption}<thead class="govuk-table__head">{"".join(out[:table.head])}</thead>'
            f'<tbody class="govuk-table__body">{"".join(out[table.head:])}</tbody></table>')


def table_bold_heads(p, table):
    """Header cells that are cells of the body in bold, as word processors and old editors write them."""
    out = []
    for row in table.rows:
        cells = "".join(
            f'<td{c.spans()} valign="top" width="120"><p class="MsoNormal">{"<b>" if c.head else ""}<span lang="EN-GB">{esc(c.text) or "&nbsp;"}'
            f'</span>{"</b>" if c.head else ""}</p></td>' for c in row)
        out.append(f"<tr>{cells}</tr>")
    if table.caption:
        return (f'<p class="MsoCaption"><b>{esc(table.caption)}</b></p><table class="MsoTableGrid" border="1" cellspacing="0" cellpadding="0">'
                f'<tbody>{"".join(out)}</tbody></table>')
    return f'<table class="MsoTableGrid" border="1" cellspacing="0">{"".join(out)}</table>'


def table_aria(p, table):
    """A table of `div`s that says by roles what it is."""
    out = []
    for row in table.rows:
        cells = "".join(
            f'<div role="{"columnheader" if c.head else "cell"}" class="cell"'
            f'{f" aria-colspan={c.columns}" if c.columns > 1 else ""}{f" aria-rowspan={c.rows}" if c.rows > 1 else ""}>{esc(c.text)}</div>'
            for c in row)
        out.append(f'<div role="row" class="row">{cells}</div>')
    label = f' aria-label="{attr(table.caption)}"' if table.caption else ""
    p.gold["tables"][-1]["caption"] = ""
    return (f'<div role="table" class="grid"{label}><div role="rowgroup">{"".join(out[:table.head])}</div>'
            f'<div role="rowgroup">{"".join(out[table.head:])}</div></div>')


def table_datatables(p, table):
    """What a script has dressed: a search field, a choice of lengths, sort labels, paging."""
    p.absent("Show 10 entries", "Search:", f"Showing 1 to {len(table.rows) - table.head} of {len(table.rows) - table.head} entries", "Previous", "Next")
    n = len(table.rows) - table.head
    head = ["<tr>" + "".join(f'<th class="sorting" tabindex="0"{c.spans()} aria-label="{attr(c.text)}: activate to sort column ascending">{esc(c.text)}</th>'
            for c in row) + "</tr>" for row in table.rows[:table.head]]
    body = rows(table)[table.head:]
    caption = f"<caption>{esc(table.caption)}</caption>" if table.caption else ""
    return (f'<div class="dataTables_wrapper"><div class="dataTables_length"><label>Show <select><option>10</option><option>25</option></select> entries</label></div>'
            f'<div class="dataTables_filter"><label>Search:<input type="search"></label></div>'
            f'<table class="dataTable display">{caption}<thead>{"".join(head)}</thead><tbody>{"".join(body)}</tbody></table>'
            f'<div class="dataTables_info" role="status">Showing 1 to {n} of {n} entries</div>'
            '<div class="dataTables_paginate"><a class="paginate_button">Previous</a><a class="paginate_button current">1</a><a class="paginate_button">Next</a></div></div>')


# Code.

KEYWORDS = re.compile(r"\b(def|for|in|if|return|fn|let|const|await|async|throw|SELECT|FROM|WHERE|GROUP|BY|do|done|then|else|fi|int|func|package|public|void|import)\b")


def highlighted(line, keyword="k", string="s", tag="span", number=None):
    """A line with its keywords and strings in spans, as highlighters write them."""
    out, at = [], 0
    for found in re.finditer(rf'"[^"]*"|{KEYWORDS.pattern}|\b\d+\b', line):
        kind = string if found[0].startswith('"') else (number or keyword) if found[0][0].isdigit() else keyword
        out.append(esc(line[at:found.start()]) + f'<{tag} class="{kind}">{esc(found[0])}</{tag}>')
        at = found.end()
    return "".join(out) + esc(line[at:])


def code_plain(p, language, text):
    p.gold["code"][-1]["language"] = ""
    return f"<pre>{esc(text)}</pre>"


def code_class(p, language, text):
    name = f' class="language-{language}"' if language else ""
    return f"<pre><code{name}>{esc(text)}\n</code></pre>"


def code_prism(p, language, text, numbers=True):
    lines = text.split("\n")
    p.absent("Copy code")
    inner = "\n".join(highlighted(line, "token keyword", "token string") for line in lines)
    count = f'<span aria-hidden="true" class="line-numbers-rows">{"<span></span>" * len(lines)}</span>' if numbers else ""
    name = f"language-{language or 'none'}"
    shown = f'<div class="toolbar-item"><span>{language.title()}</span></div>' if language else ""
    return (f'<div class="code-toolbar"><pre class="{name}{" line-numbers" if numbers else ""}" tabindex="0"><code class="{name}">{inner}{count}</code></pre>'
            f'<div class="toolbar">{shown}<div class="toolbar-item"><button class="copy-to-clipboard-button" type="button"><span>Copy code</span></button></div></div></div>')


def code_highlightjs_numbers(p, language, text):
    lines = text.split("\n")
    body = "".join(
        f'<tr><td class="hljs-ln-line hljs-ln-numbers" data-line-number="{i}"><div class="hljs-ln-n" data-line-number="{i}"></div></td>'
        f'<td class="hljs-ln-line hljs-ln-code" data-line-number="{i}">{highlighted(line, "hljs-keyword", "hljs-string")}</td></tr>'
        for i, line in enumerate(lines, 1))
    return (f'<pre><code class="hljs language-{language or "plaintext"}"><table class="hljs-ln"><tbody>{body}</tbody></table></code>'
            '<button class="hljs-copy-button" data-copied="false">Copy</button></pre>')


def code_crayon(p, language, text):
    lines = text.split("\n")
    numbers = "".join(f'<div class="crayon-num{" crayon-striped-num" if i % 2 == 0 else ""}" data-line="crayon-1-{i}">{i}</div>' for i in range(1, len(lines) + 1))

    def spaced(line):
        indent = len(line) - len(line.lstrip())
        return ("<span class=\"crayon-h\">" + line[:indent].replace("\t", "    ").replace(" ", "&nbsp;") + "</span>" if indent else "") + highlighted(line[indent:], "crayon-k", "crayon-s")
    body = "".join(f'<div class="crayon-line" id="crayon-1-{i}">{spaced(line) or "&nbsp;"}</div>' for i, line in enumerate(lines, 1))
    p.gold["code"][-1]["text"] = text.replace("\t", "    ")
    shown = f'<span class="crayon-language">{language.title()}</span>' if language else ""
    return (f'<div id="crayon-1" class="crayon-syntax crayon-theme-classic crayon-font-monaco" data-settings=" minimize scroll-mouseover">'
            f'<div class="crayon-toolbar"><span class="crayon-title"></span><div class="crayon-tools"><div class="crayon-button crayon-nums-button" title="Toggle Line Numbers"></div>'
            f'{shown}</div></div><div class="crayon-plain-wrap"><textarea wrap="soft" class="crayon-plain print-no" readonly>{esc(text)}</textarea></div>'
            f'<div class="crayon-main"><table class="crayon-table"><tr class="crayon-row"><td class="crayon-nums" data-settings="show"><div class="crayon-nums-content">{numbers}</div></td>'
            f'<td class="crayon-code"><div class="crayon-pre">{body}</div></td></tr></table></div></div>')


def code_syntaxhighlighter(p, language, text):
    lines = text.split("\n")
    name = language or "plain"
    p.absent("?")
    numbers = "".join(f'<div class="line number{i} index{i - 1} alt{i % 2 + 1}">{i}</div>' for i in range(1, len(lines) + 1))

    def one(line):
        line = line.replace("\t", "    ")
        indent = len(line) - len(line.lstrip())
        spaces = f'<code class="{name} spaces">{"&nbsp;" * indent}</code>' if indent else ""
        parts, at = [], indent
        for found in KEYWORDS.finditer(line, indent):
            if found.start() > at:
                parts.append(f'<code class="{name} plain">{esc(line[at:found.start()])}</code>')
            parts.append(f'<code class="{name} keyword">{found[0]}</code>')
            at = found.end()
        if at < len(line):
            parts.append(f'<code class="{name} plain">{esc(line[at:])}</code>')
        return spaces + "".join(parts) or "&nbsp;"
    body = "".join(f'<div class="line number{i} index{i - 1} alt{i % 2 + 1}">{one(line)}</div>' for i, line in enumerate(lines, 1))
    p.gold["code"][-1]["text"] = text.replace("\t", "    ")
    return (f'<div><div id="highlighter_{p.number}" class="syntaxhighlighter {name}"><div class="toolbar"><span><a href="#" class="toolbar_item command_help help">?</a></span></div>'
            f'<table border="0" cellpadding="0" cellspacing="0"><tbody><tr><td class="gutter">{numbers}</td><td class="code"><div class="container">{body}</div></td></tr></tbody></table></div></div>')


def code_rouge_table(p, language, text):
    lines = text.split("\n")
    numbers = "".join(f"{i}\n" for i in range(1, len(lines) + 1))
    inner = "\n".join(highlighted(line) for line in lines)
    return (f'<div class="language-{language or "plaintext"} highlighter-rouge"><div class="highlight"><pre class="highlight"><code><table class="rouge-table"><tbody><tr>'
            f'<td class="rouge-gutter gl"><pre class="lineno">{numbers}</pre></td><td class="rouge-code"><pre>{inner}\n</pre></td></tr></tbody></table></code></pre></div></div>')


def code_rouge(p, language, text):
    inner = "\n".join(highlighted(line) for line in text.split("\n"))
    return f'<div class="language-{language or "plaintext"} highlighter-rouge"><div class="highlight"><pre class="highlight"><code>{inner}\n</code></pre></div></div>'


def code_sphinx(p, language, text):
    inner = "\n".join(highlighted(line) for line in text.split("\n"))
    name = language or "text"
    return f'<div class="highlight-{name} notranslate"><div class="highlight"><pre><span></span>{inner}\n</pre></div></div>'


def code_sphinx_numbers(p, language, text):
    lines = text.split("\n")
    inner = "\n".join(f'<span class="linenos">{i:>2}</span>{highlighted(line)}' for i, line in enumerate(lines, 1))
    name = language or "text"
    return f'<div class="highlight-{name} notranslate"><div class="highlight"><pre><span></span>{inner}\n</pre></div></div>'


def code_sphinx_caption(p, language, text):
    p.absent("Link to this code")
    return (f'<div class="literal-block-wrapper docutils container"><div class="code-block-caption"><span class="caption-text">station/{p.number}.txt</span>'
            f'<a class="headerlink" href="#id2" title="Link to this code">¶</a></div>{code_sphinx(p, language, text)}</div>')


def code_pygments_table(p, language, text):
    lines = text.split("\n")
    numbers = "\n".join(f'<span class="normal">{i:>2}</span>' for i in range(1, len(lines) + 1))
    inner = "\n".join(highlighted(line) for line in lines)
    name = f"highlight-{language}" if language else "highlight-text"
    return (f'<div class="{name} notranslate"><table class="highlighttable"><tr><td class="linenos"><div class="linenodiv"><pre><span></span>{numbers}</pre></div></td>'
            f'<td class="code"><div class="highlight"><pre><span></span>{inner}\n</pre></div></td></tr></table></div>')


def code_material(p, language, text):
    lines = text.split("\n")
    p.absent("gauge.cfg")
    numbers = "\n".join(f'<span class="normal"><a href="#__codelineno-0-{i}">{i}</a></span>' for i in range(1, len(lines) + 1))
    inner = "\n".join(f'<span id="__span-0-{i}"><a id="__codelineno-0-{i}" name="__codelineno-0-{i}"></a>{highlighted(line)}' + "</span>" for i, line in enumerate(lines, 1))
    p.gold["absent"].remove("gauge.cfg")
    return (f'<div class="language-{language or "text"} highlight"><table class="highlighttable"><tbody><tr><td class="linenos"><div class="linenodiv"><pre><span></span>{numbers}</pre></div></td>'
            f'<td class="code"><div><pre id="__code_0"><span></span><button class="md-clipboard md-icon" title="Copy to clipboard" data-clipboard-target="#__code_0 &gt; code"></button>'
            f'<code>{inner}\n</code></pre></div></td></tr></tbody></table></div>')


def code_docusaurus(p, language, text, title=True):
    lines = "".join(
        f'<span class="token-line" style="color:#393A34">' +
        "".join(part for part in [f'<span class="token plain">{highlighted(line, "token keyword", "token string")}</span>' if line else '<span class="token plain" style="display:inline-block"></span>']) +
        "<br></span>" for line in text.split("\n"))
    p.absent("Copied")
    head = '<div class="codeBlockTitle_Ktv7">station.conf</div>' if title else ""
    name = f"language-{language}" if language else "language-text"
    return (f'<div class="{name} codeBlockContainer_Ckt0 theme-code-block" style="--prism-color:#393A34">{head}<div class="codeBlockContent_biex">'
            f'<pre tabindex="0" class="prism-code {name} codeBlock_bY9V thin-scrollbar"><code class="codeBlockLines_e6Vv">{lines}</code></pre>'
            '<div class="buttonGroup__atx"><button type="button" aria-label="Copy code to clipboard" title="Copy" class="clean-btn"><span class="copyButtonIcons_eSgA" aria-hidden="true">'
            '<svg viewBox="0 0 24 24"><path d="M19,21H8"></path></svg></span></button></div></div></div>')


def code_vitepress(p, language, text):
    lines = text.split("\n")
    p.absent("Copy Code")
    inner = "\n".join(f'<span class="line"><span style="--shiki-light:#D73A49">{esc(line)}</span></span>' for line in lines)
    numbers = "".join(f'<span class="line-number">{i}</span><br>' for i in range(1, len(lines) + 1))
    shown = f'<span class="lang">{language}</span>' if language else '<span class="lang"></span>'
    return (f'<div class="language-{language} vp-adaptive-theme line-numbers-mode"><button title="Copy Code" class="copy"></button>{shown}'
            f'<pre class="shiki shiki-themes github-light" tabindex="0"><code>{inner}</code></pre><div class="line-numbers-wrapper" aria-hidden="true">{numbers}</div></div>')


def code_stackexchange(p, language, text):
    inner = "\n".join(highlighted(line, "hljs-keyword", "hljs-string") for line in text.split("\n"))
    name = f"lang-{language} s-code-block" if language else "lang-none s-code-block"
    return f'<pre class="{name}"><code class="hljs language-{language or "none"}">{inner}\n</code></pre>'


def code_github(p, language, text):
    inner = "\n".join(highlighted(line, "pl-k", "pl-s") for line in text.split("\n"))
    copy = f'<div class="zeroclipboard-container"><clipboard-copy aria-label="Copy" class="ClipboardButton btn" value="{attr(text)}"><svg></svg></clipboard-copy></div>'
    if not language:
        return f'<div class="snippet-clipboard-content notranslate position-relative overflow-auto"><pre class="notranslate"><code>{esc(text)}\n</code></pre>{copy}</div>'
    name = {"bash": "shell", "javascript": "js", "html": "text-html-basic"}.get(language, language)
    p.gold["code"][-1]["language"] = {"html": ["html", "text-html-basic"], "bash": ["bash", "shell"], "javascript": ["javascript", "js"]}.get(language, language)
    kind = "text-html-basic" if language == "html" else f"source-{name}"
    return f'<div class="highlight highlight-{kind} notranslate position-relative overflow-auto" dir="auto"><pre>{inner}</pre>{copy}</div>'


def code_blob(p, language, text):
    """A file in a viewer: a row for each line."""
    p.gold["code"][-1]["language"] = ""
    body = "".join(
        f'<tr><td id="L{i}" class="blob-num js-line-number" data-line-number="{i}"></td><td id="LC{i}" class="blob-code blob-code-inner js-file-line">{highlighted(line, "pl-k", "pl-s") or chr(10)}</td></tr>'
        for i, line in enumerate(text.split("\n"), 1))
    return f'<div class="gist-file"><div class="blob-wrapper data"><table class="highlight tab-size js-file-line-container" data-tab-size="8">{body}</table></div><div class="gist-meta"><a href="#">view raw</a></div></div>'


def code_chroma(p, language, text):
    lines = text.split("\n")
    numbers = "".join(f'<span class="lnt"> {i}\n</span>' for i in range(1, len(lines) + 1))
    inner = "".join(f'<span class="line"><span class="cl">{highlighted(line)}\n</span></span>' for line in lines)
    name = f' class="language-{language}" data-lang="{language}"' if language else ""
    return (f'<div class="highlight"><div class="chroma">\n<table class="lntable"><tr><td class="lntd">\n<pre tabindex="0" class="chroma"><code>{numbers}</code></pre></td>\n'
            f'<td class="lntd">\n<pre tabindex="0" class="chroma"><code{name}>{inner}</code></pre></td></tr></table>\n</div></div>')


def code_chroma_inline(p, language, text):
    inner = "".join(f'<span class="line"><span class="ln">{i}</span><span class="cl">{highlighted(line)}\n</span></span>' for i, line in enumerate(text.split("\n"), 1))
    name = f' class="language-{language}" data-lang="{language}"' if language else ""
    return f'<div class="highlight"><pre tabindex="0" class="chroma"><code{name}>{inner}</code></pre></div>'


def code_breaks(p, language, text):
    """Lines that are told apart by `<br>`, and indented by blanks that do not break."""
    p.gold["code"][-1].update(language="", text=text.replace("\t", "    "))
    lines = []
    for line in text.replace("\t", "    ").split("\n"):
        indent = len(line) - len(line.lstrip())
        lines.append("&nbsp;" * indent + esc(line[indent:]))
    return f'<pre class="lo lp lq"><span id="a1b2" class="lr ls" data-selectable-paragraph="">{"<br>".join(lines)}</span></pre>'


def code_prettyprint(p, language, text):
    lines = "".join(f'<li class="L{i % 10}">{highlighted(line, "kwd", "str") or "&nbsp;"}</li>' for i, line in enumerate(text.split("\n")))
    name = f" lang-{language}" if language else ""
    return f'<pre class="prettyprint{name} linenums prettyprinted"><ol class="linenums">{lines}</ol></pre>'


def code_gutenberg(p, language, text):
    name = f' lang="{language}" class="language-{language}"' if language else ""
    return f'<pre class="wp-block-code"><code{name}>{esc(text)}</code></pre>'


def code_enlighter(p, language, text):
    return f'<pre class="EnlighterJSRAW" data-enlighter-language="{language or "generic"}" data-enlighter-theme="" data-enlighter-title="">{esc(text)}</pre>'


def code_brush(p, language, text):
    name = language or "plain"
    return f'<pre class="brush: {name}; title: ; notranslate" title="">\n{esc(text)}\n</pre>'


def code_doxygen(p, language, text):
    p.gold["code"][-1]["language"] = ""
    lines = "\n".join(
        f'<div class="line"><a id="l{i:05}" name="l{i:05}"></a><span class="lineno">{i:>5}</span>{highlighted(line, "keyword", "stringliteral")}</div>'
        for i, line in enumerate(text.split("\n"), 1))
    return f'<div class="fragment">{lines}\n</div><!-- fragment -->'


def code_mslearn(p, language, text):
    p.absent("Copy", "Try It")
    inner = "\n".join(highlighted(line, "hljs-keyword", "hljs-string") for line in text.split("\n"))
    shown = f'<span class="language">{language.upper()}</span>' if language else ""
    name = f' class="lang-{language}" data-author-content="{attr(text)}"' if language else ""
    return (f'<div class="code-header" id="code-try-0" data-bi-name="code-header">{shown}<button type="button" class="action position-relative" data-bi-name="copy">'
            f'<span class="icon"></span><span>Copy</span></button><button class="action"><span>Try It</span></button></div>'
            f'<pre tabindex="0" class="has-inner-focus"><code{name}><span>{inner}\n</span></code></pre>')


def code_mdn(p, language, text):
    p.absent("Play")
    shown = f'<span class="language-name">{language}</span>' if language else '<span class="language-name"></span>'
    return (f'<div class="code-example"><p class="example-header">{shown}<button type="button" class="icon copy-icon"><span class="visually-hidden">Copy to Clipboard</span></button>'
            f'<button class="play-button external">Play</button></p><pre class="brush: {language or "plain"} notranslate"><code>{esc(text)}\n</code></pre></div>')


def code_codemirror(p, language, text):
    """A fiddle that is shown by an editor: each line is a `pre`, with its number in a gutter."""
    p.gold["code"][-1]["language"] = ""
    lines = "".join(
        f'<div style="position: relative;"><div class="CodeMirror-gutter-wrapper" aria-hidden="true"><div class="CodeMirror-linenumber CodeMirror-gutter-elt">{i}</div></div>'
        f'<pre class=" CodeMirror-line " role="presentation"><span role="presentation">{highlighted(line, "cm-keyword", "cm-string") or "&#8203;"}</span></pre></div>'
        for i, line in enumerate(text.split("\n"), 1))
    return f'<div class="CodeMirror cm-s-default CodeMirror-readonly"><div class="CodeMirror-scroll"><div class="CodeMirror-sizer"><div class="CodeMirror-lines"><div class="CodeMirror-code" role="presentation">{lines}</div></div></div></div></div>'


def code_notebook(p, language, text):
    p.gold["code"][-1]["language"] = "python"
    p.absent(f"In [{p.seed}]:")
    inner = "\n".join(highlighted(line) for line in text.split("\n"))
    return (f'<div class="cell border-box-sizing code_cell rendered"><div class="input"><div class="prompt input_prompt">In&nbsp;[{p.seed}]:</div><div class="inner_cell"><div class="input_area">'
            f'<div class=" highlight hl-ipython3"><pre><span></span>{inner}\n</pre></div></div></div></div></div>')


def code_shell_tabs(p, language, text):
    """The same command for two systems, in tabs: both are there, and the labels are none of the text."""
    p.absent("macOS", "Windows")
    return (f'<div class="tabs-container"><ul role="tablist" class="tabs"><li role="tab" aria-selected="true" class="tabs__item">macOS</li><li role="tab" aria-selected="false" class="tabs__item">Windows</li></ul>'
            f'<div role="tabpanel">{code_docusaurus(p, language, text, title=False)}</div></div>')


# Formulas: each takes `{latex, mathml}` and whether it is displayed.

def visual(given):
    """What stands on the screen where only glyphs are written: the text of the MathML."""
    return re.sub(r"<[^>]+>", "", given["mathml"])


def math_dollar(p, given, display):
    latex = esc(given["latex"])
    return f"$${latex}$$" if display else f"${latex}$"


def math_parentheses(p, given, display):
    latex = esc(given["latex"])
    return f"\\[{latex}\\]" if display else f"\\({latex}\\)"


def math_span(p, given, display):
    """Pandoc, Stack Exchange and arithmatex in one form or another."""
    name, tag = {"pandoc": ("math", "span"), "stack": ("math-container", "span"), "arithmatex": ("arithmatex", "div" if display else "span"),
                 "sphinx": ("math notranslate nohighlight", "div" if display else "span"), "springer": ("mathjax-tex", "span")}[p.math_kind]
    if p.math_kind == "pandoc":
        name += " display" if display else " inline"
    render = math_dollar if p.math_kind == "stack" else math_parentheses
    return f'<{tag} class="{name}">{render(p, given, display)}</{tag}>'


def math_wikipedia(p, given, display):
    latex = attr("{\\displaystyle " + given["latex"] + "}")
    kind = "display" if display else "inline"
    return (f'<span class="mwe-math-element mwe-math-element-{kind}"><span class="mwe-math-mathml-{kind} mwe-math-mathml-a11y" style="display: none;">'
            f'<math {"display=block " if display else ""}xmlns="http://www.w3.org/1998/Math/MathML" alttext="{latex}"><semantics><mrow class="MJX-TeXAtom-ORD"><mstyle displaystyle="true" scriptlevel="0">'
            f'{given["mathml"]}</mstyle></mrow><annotation encoding="application/x-tex">{latex}</annotation></semantics></math></span>'
            f'<img src="https://media.example/math/render/svg/{p.number}" class="mwe-math-fallback-image-{kind} mw-invert skin-invert" aria-hidden="true" style="vertical-align: -0.8ex; width:9ex" alt="{latex}"></span>')


def math_wikipedia_image(p, given, display):
    """A mirror that has kept the fallback image alone."""
    latex = attr("{\\displaystyle " + given["latex"] + "}")
    kind = "display" if display else "inline"
    return f'<span class="mwe-math-element"><img src="/math/{p.number}.svg" class="mwe-math-fallback-image-{kind}" alt="{latex}"></span>'


def math_old_wiki(p, given, display):
    return f'<img class="tex" alt="{attr(given["latex"])}" src="/images/math/a/b/c/{p.number}.png" />'


def math_latexml(p, given, display):
    latex, n = attr(given["latex"]), p.number
    math = (f'<math id="S2.p1.m{n}" class="ltx_Math" alttext="{latex}" display="{"block" if display else "inline"}"><semantics>{given["mathml"]}'
            f'<annotation-xml encoding="MathML-Content"><apply><eq/><ci>x</ci></apply></annotation-xml><annotation encoding="application/x-tex">{latex}</annotation>'
            f'<annotation encoding="application/x-llamapun">italic_x</annotation></semantics></math>')
    if not display:
        return math
    return (f'<table id="S2.E{n}" class="ltx_equation ltx_eqn_table"><tbody><tr class="ltx_equation ltx_eqn_row ltx_align_baseline"><td class="ltx_eqn_cell ltx_eqn_center_padleft"></td>'
            f'<td class="ltx_eqn_cell ltx_align_center">{math}</td><td class="ltx_eqn_cell ltx_eqn_center_padright"></td>'
            f'<td rowspan="1" class="ltx_eqn_cell ltx_eqn_eqno ltx_align_middle ltx_align_right"><span class="ltx_tag ltx_tag_equation ltx_align_right">({n})</span></td></tr></tbody></table>')


def math_katex(p, given, display):
    latex = esc(given["latex"])
    glyphs = "".join(f'<span class="mord mathnormal">{g}</span>' for g in re.findall(r"&[^;]+;|.", visual(given)))
    block = ' display="block"' if display else ""
    out = (f'<span class="katex"><span class="katex-mathml"><math xmlns="http://www.w3.org/1998/Math/MathML"{block}><semantics>{given["mathml"]}'
           f'<annotation encoding="application/x-tex">{latex}</annotation></semantics></math></span><span class="katex-html" aria-hidden="true"><span class="base">'
           f'<span class="strut" style="height:0.8em"></span>{glyphs}</span></span></span>')
    return f'<span class="katex-display">{out}</span>' if display else out


def math_katex_html_only(p, given, display):
    """KaTeX in a wrapper of the site that keeps the source in an attribute."""
    glyphs = "".join(f'<span class="mord">{g}</span>' for g in re.findall(r"&[^;]+;|.", visual(given)))
    return f'<span class="ztext-math" data-eeimg="1" data-tex="{attr(given["latex"])}"><span class="katex"><span class="katex-html" aria-hidden="true">{glyphs}</span></span></span>'


def math_mathjax2(p, given, display):
    n, mathml = p.number, attr(f'<math xmlns="http://www.w3.org/1998/Math/MathML">{given["mathml"]}</math>')
    name = "MathJax_Display" if display else ""
    inner = (f'<span class="MathJax" id="MathJax-Element-{n}-Frame" tabindex="0" data-mathml="{mathml}" role="presentation" style="position: relative;"><nobr aria-hidden="true">'
             f'<span class="math" id="MathJax-Span-{n}"><span style="display: inline-block;"><span class="mrow">{"".join(f"<span class=mi>{g}</span>" for g in re.findall("&[^;]+;|.", visual(given)))}'
             f'</span></span></span></nobr><span class="MJX_Assistive_MathML" role="presentation"><math xmlns="http://www.w3.org/1998/Math/MathML">{given["mathml"]}</math></span></span>')
    if display:
        inner = f'<div class="{name}">{inner}</div>'
    return f'<span class="MathJax_Preview" style="color: inherit; display: none;"></span>{inner}<script type="math/tex{"; mode=display" if display else ""}" id="MathJax-Element-{n}">{given["latex"]}</script>'


def math_mathjax2_preview(p, given, display):
    """Not yet typeset: a preview, and the source in a script."""
    return f'<span class="MathJax_Preview">{esc(given["latex"])}</span><script type="math/tex{"; mode=display" if display else ""}">{given["latex"]}</script>'


def math_mathjax3(p, given, display):
    """Typeset: glyphs are made by the style sheet, and MathML without a source is left for screen readers."""
    block = ' display="true"' if display else ""
    kind = "block" if display else "inline"
    return (f'<mjx-container class="MathJax CtxtMenu_Attached_0" jax="CHTML"{block} tabindex="0" style="font-size: 119%; position: relative;"><mjx-math class="MJX-TEX" aria-hidden="true">'
            f'<mjx-mi class="mjx-i"><mjx-c class="mjx-c1D465 TEX-I"></mjx-c></mjx-mi></mjx-math><mjx-assistive-mml unselectable="on" display="{kind}">'
            f'<math xmlns="http://www.w3.org/1998/Math/MathML">{given["mathml"]}</math></mjx-assistive-mml></mjx-container>')


def math_mathml(p, given, display):
    """MathML and nothing beside it."""
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML"{" display=block" if display else ""}>{given["mathml"]}</math>'


def math_mathml_prefixed(p, given, display):
    """MathML with a prefix of its own, as publishers' XML has it, beside an image for old browsers."""
    prefixed = re.sub(r"(</?)(m)", r"\1mml:\2", given["mathml"])
    return f'<span class="inline-formula"><mml:math>{prefixed}</mml:math></span>'


def math_wordpress(p, given, display):
    return f'<img src="https://s0.example/latex.php?latex={p.number}&#038;bg=ffffff&#038;fg=000000&#038;s=0" srcset="https://s0.example/latex.php?2x" alt="{attr(given["latex"])}" class="latex" />'


def math_wordpress_quicklatex(p, given, display):
    """An image with the source in its `alt`, and in its `title` what the plugin says of itself."""
    return f'<img src="/wp-content/ql-cache/quicklatex.com-{p.number}_l3.png" class="ql-img-{"displayed" if display else "inline"}-formula quicklatex-auto-format" alt="{attr(given["latex"])}" title="Rendered by QuickLaTeX.com" height="19" width="97" />'


def math_latex2html(p, given, display):
    return f'<IMG WIDTH="93" HEIGHT="34" ALIGN="MIDDLE" BORDER="0" SRC="img{p.number}.png" ALT="${attr(given["latex"])}$">'


def math_codecogs(p, given, display):
    from urllib.parse import quote
    return f'<img src="https://latex.example/gif.latex?{quote(given["latex"])}" alt="{attr(given["latex"])}" title="{attr(given["latex"])}" />'


def math_sphinx_image(p, given, display):
    return f'<img class="math" src="_images/math/{p.number}.png" alt="{attr(given["latex"])}"/>'


def math_github(p, given, display):
    latex = esc(given["latex"])
    if display:
        return f'<math-renderer class="js-display-math" style="display: block" data-run-id="{p.number}">$${latex}$$</math-renderer>'
    return f'<math-renderer class="js-inline-math" style="display: inline-block" data-static-url="https://x.example">${latex}$</math-renderer>'


# Lists.

def list_plain(p, given, inner=lambda t: esc(t), attributes=""):
    tag = "ol" if given["ordered"] else "ul"
    start = f' start="{given["start"]}"' if given.get("start", 1) != 1 else ""
    kind = f' type="{given["type"]}"' if "type" in given else ""
    items = []
    for item in given["items"]:
        below = list_plain(p, item["list"], inner) if item["list"] else ""
        items.append(f"<li>{inner(item['text'])}{below}</li>")
    return f"<{tag}{start}{kind}{attributes}>\n" + "\n".join(items) + f"\n</{tag}>"


def list_paragraphs(p, given):
    return list_plain(p, given, lambda t: f"<p>{esc(t)}</p>")


def list_outside(p, given):
    """Lists that stand beside their item and not in it, as many editors write them."""
    tag = "ol" if given["ordered"] else "ul"
    start = f' start="{given["start"]}"' if given.get("start", 1) != 1 else ""
    kind = f' type="{given["type"]}"' if "type" in given else ""
    out = []
    for item in given["items"]:
        out.append(f"<li>{esc(item['text'])}</li>")
        if item["list"]:
            out.append(list_outside(p, item["list"]))
    return f"<{tag}{start}{kind}>" + "".join(out) + f"</{tag}>"


def list_values(p, given):
    """Numbers that the items carry themselves."""
    if not given["ordered"]:
        return list_plain(p, given)
    start = given.get("start", 1)
    items = "".join(f'<li value="{start + i}">{esc(x["text"])}{list_values(p, x["list"]) if x["list"] else ""}</li>' for i, x in enumerate(given["items"]))
    kind = f' type="{given["type"]}"' if "type" in given else ""
    return f"<ol{kind}>{items}</ol>"


def list_tasks(p, given):
    return list_plain(p, given, attributes=' class="contains-task-list"')


# Definition lists.

def definitions_plain(p, items):
    return "<dl>" + "".join(f"<dt>{esc(t)}</dt>" + "".join(f"<dd>{esc(d)}</dd>" for d in texts) for t, *texts in items) + "</dl>"


def definitions_wrapped(p, items):
    return '<dl class="govuk-summary-list">' + "".join(
        f'<div class="govuk-summary-list__row"><dt class="govuk-summary-list__key">{esc(t)}</dt>' + "".join(f'<dd class="govuk-summary-list__value">{esc(d)}</dd>' for d in texts) + "</div>"
        for t, *texts in items) + "</dl>"


def definitions_sphinx(p, items):
    return '<dl class="simple">' + "".join(
        f'<dt id="term-{i}"><code class="docutils literal notranslate"><span class="pre">{esc(t)}</span></code><a class="headerlink" href="#term-{i}" title="Link to this term">¶</a></dt><dd>'
        + "".join(f"<p>{esc(d)}</p>" for d in texts) + "</dd>" for i, (t, *texts) in enumerate(items)) + "</dl>"


# Quotes.

def quote_plain(p, text, source):
    cite = f"<footer>— <cite>{esc(source)}</cite></footer>" if source else ""
    return f"<blockquote><p>{esc(text)}</p>{cite}</blockquote>"


def quote_gutenberg(p, text, source):
    cite = f"<cite>{esc(source)}</cite>" if source else ""
    return f'<blockquote class="wp-block-quote is-layout-flow"><p>{esc(text)}</p>{cite}</blockquote>'


def quote_figure(p, text, source):
    cite = f"<figcaption>— {esc(source)}</figcaption>" if source else ""
    return f'<figure class="quote"><blockquote>{esc(text)}</blockquote>{cite}</figure>'


def quote_wikipedia(p, text, source):
    cite = f'<div class="templatequotecite">—&nbsp;<cite>{esc(source)}</cite></div>' if source else ""
    return f'<blockquote class="templatequote"><p>{esc(text)}</p>{cite}</blockquote>'


def quote_sphinx(p, text, source):
    cite = f'<p class="attribution">—{esc(source)}</p>' if source else ""
    return f'<blockquote class="epigraph"><div><p>{esc(text)}</p>{cite}</div></blockquote>'


def quote_forum(p, text, source):
    name = source or "oxbow"
    p.gold["quotes"][-1]["source"] = name
    return f'<aside class="quote no-group" data-username="{attr(name)}"><div class="title"><div class="quote-controls"></div>{esc(name)}:</div><blockquote><p>{esc(text)}</p></blockquote></aside>'


# Footnotes: `reference` stands behind its sentence, `section` below the text.

class Notes:
    def __init__(self, reference, section):
        self.reference, self.section = reference, section


def notes_pandoc():
    return Notes(
        lambda p, mark: f'<a href="#fn{mark}" class="footnote-ref" id="fnref{mark}" role="doc-noteref"><sup>{mark}</sup></a>',
        lambda p, notes: '<section id="footnotes" class="footnotes footnotes-end-of-document" role="doc-endnotes"><hr><ol>' + "".join(
            f'<li id="fn{m}"><p>{esc(t)}<a href="#fnref{m}" class="footnote-back" role="doc-backlink">↩︎</a></p></li>' for m, t in notes) + "</ol></section>")


def notes_wikipedia():
    def section(p, notes):
        p.absent("^")
        return ('<h2 id="References">References</h2><div class="mw-references-wrap"><ol class="references">' + "".join(
            f'<li id="cite_note-{m}"><span class="mw-cite-backlink"><b><a href="#cite_ref-{m}">^</a></b></span> <span class="reference-text">{esc(t)}</span>\n</li>' for m, t in notes) + "</ol></div>")
    return Notes(lambda p, mark: f'<sup id="cite_ref-{mark}" class="reference"><a href="#cite_note-{mark}"><span class="cite-bracket">[</span>{mark}<span class="cite-bracket">]</span></a></sup>', section)


def notes_github():
    return Notes(
        lambda p, mark: f'<sup><a href="#user-content-fn-{mark}" id="user-content-fnref-{mark}" data-footnote-ref="" aria-describedby="footnote-label">{mark}</a></sup>',
        lambda p, notes: '<section data-footnotes="" class="footnotes"><h2 id="footnote-label" class="sr-only">Footnotes</h2><ol>' + "".join(
            f'<li id="user-content-fn-{m}"><p>{esc(t)} <a href="#user-content-fnref-{m}" data-footnote-backref="" aria-label="Back to reference {m}" class="data-footnote-backref"><g-emoji>↩</g-emoji></a></p></li>' for m, t in notes) + "</ol></section>")


def notes_sphinx():
    return Notes(
        lambda p, mark: f' <a class="footnote-reference brackets" href="#id{mark}" id="id9{mark}" role="doc-noteref"><span class="fn-bracket">[</span>{mark}<span class="fn-bracket">]</span></a>',
        lambda p, notes: '<aside class="footnote-list brackets">' + "".join(
            f'<aside class="footnote brackets" id="id{m}" role="doc-footnote"><span class="label"><span class="fn-bracket">[</span><a role="doc-backlink" href="#id9{m}">{m}</a><span class="fn-bracket">]</span></span><p>{esc(t)}</p></aside>'
            for m, t in notes) + "</aside>")


def notes_gutenberg():
    return Notes(
        lambda p, mark: f'<sup data-fn="f{mark}-aa" class="fn"><a href="#f{mark}-aa" id="f{mark}-aa-link">{mark}</a></sup>',
        lambda p, notes: '<ol class="wp-block-footnotes">' + "".join(f'<li id="f{m}-aa">{esc(t)} <a href="#f{m}-aa-link" aria-label="Jump to footnote reference {m}">↩︎</a></li>' for m, t in notes) + "</ol>")


def notes_latexml():
    """The note stands in the sentence, and shows when somebody points at its mark."""
    return Notes(None, None)


def notes_word():
    return Notes(
        lambda p, mark: f'<a href="#_ftn{mark}" name="_ftnref{mark}" title=""><span class="MsoFootnoteReference">[{mark}]</span></a>',
        lambda p, notes: '<div><br clear="all"><hr align="left" size="1" width="33%">' + "".join(
            f'<div id="ftn{m}"><p class="MsoFootnoteText"><a href="#_ftnref{m}" name="_ftn{m}" title=""><span class="MsoFootnoteReference">[{m}]</span></a> {esc(t)}</p></div>' for m, t in notes) + "</div>")


def notes_plain():
    """Asterisks, and lines below a rule."""
    return Notes(lambda p, mark: f"<sup>{mark}</sup>", lambda p, notes: "<hr>" + "".join(f"<p><sup>{m}</sup> {esc(t)}</p>" for m, t in notes))


def notes_substack():
    return Notes(
        lambda p, mark: f'<a data-component-name="FootnoteAnchorToDOM" id="footnote-anchor-{mark}" href="#footnote-{mark}" target="_self" class="footnote-anchor">{mark}</a>',
        lambda p, notes: "".join(
            f'<div class="footnote" data-component-name="FootnoteToDOM"><a id="footnote-{m}" href="#footnote-anchor-{m}" class="footnote-number" contenteditable="false" target="_self">{m}</a><div class="footnote-content"><p>{esc(t)}</p></div></div>' for m, t in notes))
