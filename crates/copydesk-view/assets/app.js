// The page over a run. Its views are told by the address behind the #: run, documents, document, replay, gold.
"use strict";

const main = document.getElementById("main");
const number = new Intl.NumberFormat("en");
const page_size = 50;
let run = null;

// Elements are made, never written as text: what a document says cannot become markup here.
function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

async function ask(path, values = {}) {
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== "" && value != null));
  const answer = await fetch(`${path}?${query}`);
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

async function send(path, value) {
  const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(value) });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

function say(text) {
  document.getElementById("status").textContent = text;
}

function show(title, ...children) {
  document.title = `${title} – copydesk`;
  main.replaceChildren(...children.flat().filter(Boolean));
  say(title);
}

function href(view, values = {}) {
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== "" && value != null));
  return `#/${view}${query.size ? "?" + query : ""}`;
}

// ---- the run

function bars(title, list, link, wide = false) {
  const most = Math.max(1, ...list.map((row) => row.number));
  return el("section", { class: wide ? "panel wide" : "panel" },
    el("h2", {}, title),
    list.length === 0 ? el("p", { class: "quiet" }, "none") : el("ul", { class: "bars" }, list.map((row) => {
      const name = row.name ?? "not known";
      const bar = el("span", { class: "bar" });
      bar.style.width = `${(100 * row.number) / most}%`;
      return el("li", {}, bar,
        link && row.name ? el("a", { href: link(row.name) }, name) : el("span", {}, name),
        el("span", {}, number.format(row.number)));
    })));
}

async function show_run() {
  run = run ?? await ask("/api/run");
  const of = (key, values) => el("div", {}, el("dd", {}, values), el("dt", {}, key));
  const missing = Object.entries(run.missing).map(([name, count]) => ({ name, number: count }));
  const filter = (key) => (name) => href("documents", { [key]: name });
  show("Run",
    el("h1", {}, "Run"),
    el("p", { class: "quiet" }, `Explained by ${run.pipeline}. The index was made in ${run.indexed} s.`),
    el("dl", { class: "numbers" },
      of("documents", number.format(run.documents)),
      of("characters of text", number.format(run.letters)),
      of("captions", number.format(run.captions)),
      of("in quarantine", number.format(run.quarantined))),
    el("div", { class: "panels" },
      bars("Languages", run.languages, filter("language")),
      bars("Sites", run.sites, filter("site")),
      bars("Months of publication", run.months),
      bars("What is missing", missing, filter("missing")),
      run.reasons ? bars("Decisions by stage and rule", run.rules, filter("rule"))
        : el("section", { class: "panel" }, el("h2", {}, "Decisions by stage and rule"),
          el("p", { class: "quiet" }, "The run did not write them: give the export decisions = true. Each document shows its own, read again.")),
      bars("Blocks by label", run.labels),
      bars("Notes: what was in doubt", run.notes, filter("note")),
      bars("Read as", run.types),
      el("section", { class: "panel wide" },
        el("h2", {}, "Quarantine"),
        run.quarantine.length === 0 ? el("p", { class: "quiet" }, "Every document could be read.")
          : el("div", { class: "scroll" }, el("table", {},
            el("thead", {}, el("tr", {}, ["Document", "Stage", "Rule", "Why"].map((name) => el("th", { scope: "col" }, name)))),
            el("tbody", {}, run.quarantine.map((entry) => el("tr", {},
              [entry.uri, entry.stage, entry.rule, entry.error].map((cell) => el("td", { dir: "auto" }, cell ?? ""))))))),
        run.quarantined > run.quarantine.length
          ? el("p", { class: "quiet" }, `The first ${run.quarantine.length} of ${number.format(run.quarantined)}; all of them stand in quarantine.jsonl.`)
          : null)));
}

// ---- documents

const orders = [["", "as in the run"], ["latest", "latest first"], ["earliest", "earliest first"],
  ["shortest", "shortest first"], ["longest", "longest first"], ["title", "by title"], ["unsure", "least sure first"]];

async function show_documents(values) {
  run = run ?? await ask("/api/run");
  const offset = Number(values.offset ?? 0);
  const found = await ask("/api/documents", { ...values, offset, limit: page_size });
  const choose = (name, title, options) => el("label", {}, title,
    el("select", { name, onchange: (event) => event.target.form.requestSubmit() },
      options.map(([value, text]) => el("option", { value, selected: (values[name] ?? "") === value }, text))));
  const names = (list) => [["", "all"], ...list.filter((row) => row.name).map((row) => [row.name, `${row.name} (${number.format(row.number)})`])];
  const form = el("form", { class: "filters", onsubmit: (event) => {
    event.preventDefault();
    location.hash = href("documents", Object.fromEntries(new FormData(form)));
  } },
    el("label", { class: "words" }, "Search in headlines, texts, captions and authors",
      el("input", { type: "search", name: "words", id: "search", value: values.words ?? "", dir: "auto" })),
    choose("language", "Language", names(run.languages)),
    choose("site", "Site", names(run.sites)),
    choose("rule", "Decided by", names(run.rules)),
    choose("note", "Note", names(run.notes)),
    choose("missing", "Without", [["", "–"], ["title", "title"], ["published", "date"], ["authors", "authors"], ["text", "text"]]),
    choose("order", "Order", orders),
    el("button", { type: "submit" }, "Search"));
  const last = offset + found.documents.length;
  const turn = (text, to, possible) => el("button", { type: "button", disabled: !possible,
    onclick: () => { location.hash = href("documents", { ...values, offset: to }); } }, text);
  const count = `${number.format(found.number)} ${found.number === 1 ? "document" : "documents"}`;
  const cut = found.cut ? `. The words stand in more documents than that: the first ${number.format(found.cut)} of the run that have them were looked through.` : "";
  show("Documents",
    el("h1", {}, "Documents"), form,
    el("p", { class: "quiet", id: "count" }, count + cut),
    el("ol", { class: "list", start: offset + 1 }, found.documents.map((row) => el("li", {},
      el("h2", {}, el("a", { href: href("document", { n: row.document }), dir: "auto" }, row.title ?? "(no title)")),
      el("p", { dir: "auto" }, row.begins || "(no text)"),
      el("p", { class: "quiet" }, [row.published, row.authors.join(", "), row.site_name, row.language,
        `${number.format(row.letters)} characters`, row.captions ? `${row.captions} captions` : null,
        row.notes ? `${row.notes} notes` : null, row.uri].filter(Boolean).join(" · "))))),
    el("p", { class: "pages" },
      turn("Previous", Math.max(0, offset - page_size), offset > 0),
      el("span", {}, found.documents.length ? `${number.format(offset + 1)} to ${number.format(last)}` : "none"),
      turn("Next", last, last < found.number)));
}

// ---- a document

const fates = { kept: "stands in the text", taken: "taken out as a fact or a caption", dropped: "dropped", unsaid: "nothing said" };
// As `Fate::of` has it, for what the run wrote.
const taken = ["title", "byline", "author-note", "date", "counter", "site-name", "section", "tags", "caption"];
const fate_of = (label) => label === "body" ? "kept" : label === "unlabelled" ? "unsaid" : taken.includes(label) ? "taken" : "dropped";
const frame_colours = { kept: "#1a6b3c", taken: "#b26a00", dropped: "#b33a3a", unsaid: "#888888" };

function entry_of(entry) {
  const place = entry.last > entry.place.line ? `${entry.place.line}–${entry.last}` : `${entry.place.line}`;
  if (entry.what === "block") {
    const form = entry.kind === "paragraph" ? "" : entry.kind.replace("-", " ");
    const last = entry.decisions.length - 1;
    return el("div", { class: `entry ${entry.fate}`, "data-block": entry.id, tabindex: "-1" },
      el("p", { class: "what" }, el("span", { class: "quiet" }, `line ${place}`), el("span", { class: "label" }, entry.label),
        el("span", { class: "quiet" }, [form, entry.language, entry.hidden ? "hidden" : ""].filter(Boolean).join(", "))),
      el("p", { dir: "auto" }, entry.text),
      entry.now != null ? el("p", { class: "why", dir: "auto" }, `now: ${entry.now || "nothing"}`) : null,
      entry.decisions.map((decision, i) => el("p", { class: "why" },
        `${decision.stage} / ${decision.rule}: ${i < last ? `${decision.label}, overruled: ` : ""}${decision.detail}`)));
  }
  if (entry.what === "blank") return null;
  const text = { clue: () => `${entry.origin} ${entry.name} = ${entry.value}`, items: () => `json-ld ${entry.text}`,
    image: () => `${entry.video ? "video" : "image"} ${entry.text} ${entry.src}`, silent: () => `no text: ${entry.text}` }[entry.what];
  return el("p", { class: "entry silent", dir: "auto" }, `line ${place} · ${text()}`);
}

function facts_of(account) {
  return el("table", {},
    el("thead", {}, el("tr", {}, ["Fact", "Value", "Score", "Read from", "Why"].map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, account.facts.flatMap((fact) => fact.candidates.map((candidate, i) => el("tr", { class: candidate.won ? null : "lost" },
      el("th", { scope: "row" }, i === 0 ? fact.field : ""),
      el("td", { dir: "auto" }, `${candidate.won ? "✓ " : ""}${candidate.value}`),
      el("td", {}, candidate.score.toFixed(2)),
      el("td", {}, `${candidate.origin} ${candidate.name}${candidate.line ? `, line ${candidate.line}` : ""}`),
      el("td", {}, candidate.why))))));
}

// Marks the blocks inside the frame, and lets either side point at the other.
function join(frame, list) {
  const inside = frame.contentDocument;
  const places = new Map();
  for (const mark of inside ? inside.querySelectorAll("copydesk-mark") : []) {
    const place = mark.parentElement === inside.body ? mark.nextElementSibling ?? mark : mark.parentElement;
    places.set(mark.dataset.block, place);
    const colour = frame_colours[mark.dataset.fate];
    place.style.boxShadow = `inset 4px 0 0 ${colour}`;
    place.style.paddingInlineStart ||= "8px";
    if (mark.dataset.fate === "dropped") place.style.opacity = ".6";
    place.addEventListener("mouseover", (event) => { event.stopPropagation(); choose(mark.dataset.block, "frame"); });
  }
  inside?.addEventListener("click", (event) => event.preventDefault(), true);
  let chosen = null;
  function choose(block, from) {
    if (chosen === block) return;
    list.querySelector(".chosen")?.classList.remove("chosen");
    const old = places.get(chosen);
    if (old) old.style.outline = "";
    chosen = block;
    const row = list.querySelector(`[data-block="${CSS.escape(block)}"]`);
    row?.classList.add("chosen");
    const place = places.get(block);
    if (place) place.style.outline = "3px solid #0b5c8a";
    if (from !== "list") row?.scrollIntoView({ block: "nearest" });
    if (from !== "frame") place?.scrollIntoView({ block: "nearest" });
  }
  list.addEventListener("mouseover", (event) => {
    const row = event.target.closest("[data-block]");
    if (row) choose(row.dataset.block, "list");
  });
  return (step) => {
    const rows = [...list.querySelectorAll("[data-block]:not([hidden])")];
    const at = rows.findIndex((row) => row.dataset.block === chosen);
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
    if (next) { choose(next.dataset.block, "keys"); next.focus({ preventScroll: true }); }
  };
}

let move = null;
let mark = null;

// What is said of a page: which blocks are wrong, the facts, whether it is done. Every change is kept at once.
function marking(n, account, gold, list) {
  const value = (field) => account.facts.find((fact) => fact.field === field)?.value ?? "";
  const wrong = new Set(gold?.wrong ?? []);
  let done = gold?.done ?? false;
  const field = (name, title, key, shown) => el("label", {}, el("span", {}, title, " ", el("kbd", {}, key)),
    el("input", { id: `gold-${name}`, name, value: shown, dir: "auto", onchange: () => keep(done),
      onkeydown: (event) => {
        if (event.key === "Enter" || event.key === "Escape") { event.preventDefault(); event.target.blur(); list.focus(); }
      } }));
  const begun = gold && (gold.done || gold.title || gold.authors.length || gold.published);
  const form = el("form", { class: "filters", onsubmit: (event) => event.preventDefault() },
    field("title", "Title", "t", begun ? gold.title : value("title")),
    field("authors", "Authors, with ; between them", "a", begun ? gold.authors.join("; ") : value("authors")),
    field("published", "Day of publication", "d", begun ? gold.published : value("published")));
  const state = el("p", { class: "quiet", id: "gold-state", role: "status" });
  const says = (text) => { state.textContent = text; };
  const show_state = () => {
    for (const row of list.querySelectorAll("[data-block]")) {
      const is_wrong = wrong.has(Number(row.dataset.block));
      row.classList.toggle("wrong", is_wrong);
      row.querySelector(".verdict")?.remove();
      if (is_wrong) row.querySelector(".what").append(el("span", { class: "verdict" }, row.classList.contains("kept") ? "wrong: it does not belong into the text" : "wrong: it belongs into the text"));
    }
    says(`${done ? "Done" : "Not done"}; ${wrong.size} ${wrong.size === 1 ? "block is" : "blocks are"} wrong.`);
  };
  async function keep(is_done) {
    done = is_done;
    const authors = form.elements.authors.value.split(";").map((name) => name.trim()).filter(Boolean);
    try {
      await send("/api/gold", { n: Number(n), wrong: [...wrong], title: form.elements.title.value, authors,
        published: form.elements.published.value, done });
      show_state();
      return true;
    } catch (error) { says(`Not kept: ${error.message}`); return false; }
  }
  const next = async () => {
    if (!await keep(true)) return;
    const undone = await ask("/api/undone", { n });
    location.hash = undone ? href("document", { n: undone }) : "#/gold";
  };
  show_state();
  mark = {
    wrong: () => {
      const block = Number(list.querySelector(".chosen")?.dataset.block ?? NaN);
      if (Number.isNaN(block)) { says("Choose a block first, with j and k."); return; }
      if (!wrong.delete(block)) wrong.add(block);
      keep(done);
    },
    field: (name) => form.elements[name].focus(),
    next,
    undo: () => keep(false),
  };
  return el("section", { class: "panel gold", "aria-label": "What is right" },
    gold?.stale ? el("p", { class: "warning" }, "The source has changed since this page was marked: its blocks have to be looked at again.") : null,
    form,
    el("p", { class: "pages" },
      el("button", { type: "button", onclick: () => mark.wrong() }, "This block is wrong ", el("kbd", {}, "w")),
      el("button", { type: "button", onclick: next }, "Done, next page ", el("kbd", {}, "Enter")),
      el("button", { type: "button", onclick: () => mark.undo() }, "Not done ", el("kbd", {}, "u")), state));
}

async function show_document(values) {
  run = run ?? await ask("/api/run");
  const [record, again] = await Promise.all([ask("/api/document", values), ask("/api/account", values)]);
  const head = [el("p", {}, el("a", { href: "#/documents", onclick: (event) => { if (history.length > 1) { event.preventDefault(); history.back(); } } }, "← Documents"), " ",
    el("a", { href: href("replay", { n: values.n }) }, "Try other options on it")),
    el("h1", { dir: "auto" }, record.title ?? "(no title)"),
    el("p", { class: "quiet" }, [record.authors.join(", "), record.published, record.site_name, record.language, record.source.uri].filter(Boolean).join(" · "))];
  if (again.error) {
    const blocks = record.blocks ?? [];
    show(record.title ?? "Document", head,
      el("p", { class: "warning" }, `The source cannot be read again: ${again.error}. What the run wrote is shown. Start copydesk view in the folder in which the run was started.`),
      el("div", { class: "entries" }, blocks.length === 0 ? el("p", { class: "entry kept", dir: "auto" }, record.text) : blocks.map((block) => el("div", { class: `entry ${fate_of(block.label)}` },
        el("p", { class: "what" }, el("span", { class: "quiet" }, `line ${block.place.line}`), el("span", { class: "label" }, block.label)),
        el("p", { dir: "auto" }, block.text),
        (record.decisions ?? []).filter((decision) => decision.block === block.id).map((decision) =>
          el("p", { class: "why" }, `${decision.stage} / ${decision.rule}: ${decision.detail}`))))));
    return;
  }
  const account = again.account;
  const list = el("div", { class: "entries", tabindex: "0", role: "region", "aria-label": "Every line, and what became of it" },
    account.entries.map(entry_of).filter(Boolean));
  const frame = el("iframe", { sandbox: "allow-same-origin", src: `/source?n=${encodeURIComponent(values.n)}`, title: "The source of the document" });
  frame.addEventListener("load", () => { move = join(frame, list); });
  const toggle = (fate) => el("label", {}, el("input", { type: "checkbox", checked: true, onchange: (event) => {
    for (const row of list.querySelectorAll(`.entry.${fate}`)) row.hidden = !event.target.checked;
  } }), el("span", { class: `swatch ${fate}` }), fates[fate]);
  show(record.title ?? "Document", head,
    again.changed ? el("p", { class: "warning" }, "The source has changed since the run; what is shown here is how it stands today.") : null,
    run.gold ? marking(values.n, account, again.gold, list) : null,
    el("div", { class: "legend" }, Object.keys(fates).map(toggle), el("span", { class: "quiet" }, el("kbd", {}, "j"), " ", el("kbd", {}, "k"), " next and previous block")),
    el("div", { class: "sides" }, frame, list),
    el("details", { open: true }, el("summary", {}, "Facts, and what was considered for them"), el("div", { class: "scroll" }, facts_of(account)),
      account.not_said.length ? el("p", { class: "quiet" }, `The document does not say: ${account.not_said.join(", ")}`) : null),
    el("details", { open: account.captions.length > 0 }, el("summary", {}, `Captions (${account.captions.length})`),
      el("ul", {}, account.captions.map((caption) => el("li", { dir: "auto" }, caption.text || "(a credit alone)",
        caption.credit ? el("span", { class: "quiet" }, ` · credit: ${caption.credit}`) : null,
        caption.counts ? null : el("span", { class: "quiet" }, " · lost to a surer one"))))),
    el("details", { open: account.notes.length > 0 }, el("summary", {}, `Notes (${account.notes.length})`),
      el("ul", {}, account.notes.map((note) => el("li", {}, `${note.stage} / ${note.code}: ${note.message}`)))));
}

// ---- another pipeline

const changes = { dropped: "kept before, dropped now", kept: "dropped before, kept now", relabelled: "called otherwise",
  rewritten: "other text", appeared: "new blocks", disappeared: "blocks that are gone" };
const plain = (value) => value === null || value.length === 0 ? "(none)" : Array.isArray(value) ? value.join("; ") : typeof value === "object" ? JSON.stringify(value) : String(value);

function difference_of(title, replay) {
  const { documents, lost, gained, facts, blocks, captions } = replay.difference;
  const counted = (count, noun) => `${number.format(count)} ${noun}${count === 1 ? "" : "s"}`;
  const reason = (one) => [one.rule, one.label && `(${one.label})`].filter(Boolean).join(" ") || "nothing";
  const gone = (name, list) => list.length ? el("div", {}, el("h3", {}, name), el("ul", {}, list.map((one) =>
    el("li", {}, [one.uri, one.why].filter(Boolean).join(": "))))) : null;
  return el("section", { class: "panel" }, el("h2", {}, title),
    el("p", {}, `${counted(replay.tried, "document")}: ${documents.same} the same, ${documents.changed} changed, ${documents.lost} lost, ${documents.gained} gained.`),
    replay.unread.length ? el("p", { class: "warning" }, `${counted(replay.unread.length, "document")} could not be read again, such as ${replay.unread[0].join(": ")}`) : null,
    gone("Lost", lost), gone("Gained", gained),
    facts.map((group) => el("div", {}, el("h3", {}, `${group.field} in ${counted(group.documents, "document")}: ${group.before || "nothing"} → ${group.after || "nothing"}`),
      el("ul", {}, group.samples.map((sample) => el("li", { dir: "auto" }, `${sample.uri}: `, el("del", {}, plain(sample.before)), " → ", el("ins", {}, plain(sample.after))))))),
    blocks.map((group) => el("div", {}, el("h3", {}, `${changes[group.change]}, ${counted(group.blocks, "block")} in ${counted(group.documents, "document")}: ${reason(group.before)} → ${reason(group.after)}`),
      el("ul", {}, group.samples.map((sample) => el("li", { dir: "auto" }, el("span", { class: "quiet" }, `${sample.uri}, line ${sample.line}: `), sample.text,
        sample.detail ? el("span", { class: "quiet" }, ` [${sample.detail}]`) : null))))),
    captions.found + captions.lost + captions.changed ? el("p", {}, `Captions: ${captions.found} found, ${captions.lost} lost, ${captions.changed} changed.`) : null);
}

let tried = null;

async function show_replay(values) {
  const pipeline = await ask("/api/pipeline");
  const found = el("div", { class: "panels", id: "replay" });
  const area = el("textarea", { name: "pipeline", id: "pipeline", spellcheck: "false", rows: "24" });
  area.value = tried ?? pipeline.text;
  const sample = el("input", { type: "number", name: "sample", min: "0", max: "1000", value: "50" });
  const form = el("form", { onsubmit: async (event) => {
    event.preventDefault();
    tried = area.value;
    say("Trying");
    found.replaceChildren(el("p", { class: "quiet" }, "Trying …"));
    try {
      const answer = await send("/api/replay", { pipeline: area.value, n: values.n ? Number(values.n) : null, sample: Number(sample.value) });
      found.replaceChildren(...[answer.document ? difference_of("This document", answer.document) : null,
        difference_of("A sample of the run", answer.sample)].filter(Boolean));
      say("Tried");
    } catch (error) { found.replaceChildren(el("pre", { class: "warning", role: "alert" }, error.message)); }
  } },
    el("label", { class: "block" }, "Pipeline: change an option, or add a stage", area),
    el("p", { class: "pages" }, el("label", {}, "Documents of the run to try it on ", sample),
      el("button", { type: "submit" }, "Try it ", el("kbd", {}, "Ctrl Enter")),
      el("button", { type: "button", onclick: () => { area.value = pipeline.text; tried = null; found.replaceChildren(); } }, "As it was")));
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
  });
  show("Replay",
    values.n ? el("p", {}, el("a", { href: href("document", { n: values.n }) }, "← Document")) : null,
    el("h1", {}, "Replay"),
    el("p", { class: "quiet" }, `${pipeline.name}. Nothing is written: what is changed here shows what it would change. Surveys see a whole run, and are not tried.`),
    form, found);
}

// ---- gold

async function show_gold() {
  const gold = await ask("/api/gold");
  const percent = (share) => `${(100 * share).toFixed(1)} %`;
  const undone = await ask("/api/undone", { n: 0 });
  show("Gold",
    el("h1", {}, "Gold"),
    el("p", { class: "quiet" }, `Kept in ${gold.folder}/gold.jsonl, for copydesk eval.`),
    el("dl", { class: "numbers" }, [["pages done", gold.done], ["pages begun", gold.begun], ["blocks judged", gold.blocks],
      ["of them right", gold.blocks ? percent(gold.right / gold.blocks) : "–"]].map(([key, value]) => el("div", {}, el("dd", {}, typeof value === "number" ? number.format(value) : value), el("dt", {}, key)))),
    undone ? el("p", {}, el("a", { href: href("document", { n: undone }) }, "Go on with the first page that is not done")) : el("p", {}, "Every page is done."),
    el("section", { class: "panel" }, el("h2", {}, "What the run scores on it"),
      gold.measures.length === 0 ? el("p", { class: "quiet" }, "No page is done yet.") : el("table", {},
        el("thead", {}, el("tr", {}, ["Measure", "Pages", "Mean", "95 % from", "to"].map((name) => el("th", { scope: "col" }, name)))),
        el("tbody", {}, gold.measures.map((row) => el("tr", {}, el("th", { scope: "row" }, row.name), el("td", {}, number.format(row.pages)),
          [row.mean, row.low, row.high].map((value) => el("td", {}, value.toFixed(4)))))))),
    gold.others.map(({ with: name, agreement }) => el("section", { class: "panel" }, el("h2", {}, `Agreement with ${name}`),
      agreement.pages === 0 ? el("p", { class: "quiet" }, "There is no page that both have looked through.") : [
        el("p", {}, `${agreement.pages} pages, ${number.format(agreement.blocks)} blocks: ${percent(agreement.same / agreement.blocks)} alike${agreement.kappa === null ? "" : `, kappa ${agreement.kappa.toFixed(3)}`}.`),
        el("ul", {}, agreement.facts.map((fact) => el("li", {}, `${fact.field}: ${fact.score.toFixed(4)} over ${fact.pages} pages`))),
        el("ul", {}, agreement.apart.map((apart) => el("li", {},
          apart.document ? el("a", { href: href("document", { n: apart.document }) }, apart.uri) : apart.uri,
          ` – ${[...apart.lines.map((line) => `line ${line}`), ...apart.facts].join(", ")}`)))])));
}

// ---- which view

async function route() {
  move = mark = null;
  const [view, query] = location.hash.replace(/^#\/?/, "").split("?");
  const values = Object.fromEntries(new URLSearchParams(query ?? ""));
  for (const link of document.querySelectorAll("header nav a")) {
    if (link.hash === `#/${view || "run"}`) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
  }
  try {
    if (view === "documents") await show_documents(values);
    else if (view === "document") await show_document(values);
    else if (view === "replay") await show_replay(values);
    else if (view === "gold") await show_gold();
    else await show_run();
    run = run ?? await ask("/api/run");
    document.getElementById("folder").textContent = run.folder;
    document.getElementById("gold-link").hidden = !run.gold;
  } catch (error) {
    show("Error", el("h1", {}, "That did not work"), el("p", { class: "warning" }, error.message));
  }
}

addEventListener("hashchange", route);
addEventListener("keydown", (event) => {
  const is_typing = event.target.matches("input:not([type=checkbox]), select, textarea");
  const is_pressing = event.key === "Enter" && event.target.matches("button, a, summary");
  if (is_typing || is_pressing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "j" || event.key === "k") move?.(event.key === "j" ? 1 : -1);
  const marks = { w: () => mark.wrong(), u: () => mark.undo(), Enter: () => mark.next(), t: () => mark.field("title"),
    a: () => mark.field("authors"), d: () => mark.field("published") };
  if (mark && Object.hasOwn(marks, event.key)) { event.preventDefault(); marks[event.key](); }
  if (event.key === "/") {
    event.preventDefault();
    const search = document.getElementById("search");
    if (search) search.focus(); else location.hash = "#/documents";
  }
});
route();
