// The page over a run. Three views, told by the address behind the #: run, documents, document.
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
    el("p", { class: "quiet" }, `Explained by ${run.pipeline}`),
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
  ["shortest", "shortest first"], ["longest", "longest first"], ["title", "by title"]];

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
  const count = `${found.more ? "more than " : ""}${number.format(found.number)} ${found.number === 1 ? "document" : "documents"}`;
  show("Documents",
    el("h1", {}, "Documents"), form,
    el("p", { class: "quiet", id: "count" }, count),
    el("ol", { class: "list", start: offset + 1 }, found.documents.map((row) => el("li", {},
      el("h2", {}, el("a", { href: href("document", { n: row.document }), dir: "auto" }, row.title ?? "(no title)")),
      el("p", { dir: "auto" }, row.begins || "(no text)"),
      el("p", { class: "quiet" }, [row.published, row.authors, row.site_name, row.language,
        `${number.format(row.letters)} characters`, row.captions ? `${row.captions} captions` : null,
        row.notes ? `${row.notes} notes` : null, row.source_uri].filter(Boolean).join(" · "))))),
    el("p", { class: "pages" },
      turn("Previous", Math.max(0, offset - page_size), offset > 0),
      el("span", {}, found.documents.length ? `${number.format(offset + 1)} to ${number.format(last)}` : "none"),
      turn("Next", last, found.more || last < found.number)));
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

async function show_document(values) {
  const [record, again] = await Promise.all([ask("/api/document", values), ask("/api/account", values)]);
  const head = [el("p", {}, el("a", { href: "#/documents", onclick: (event) => { if (history.length > 1) { event.preventDefault(); history.back(); } } }, "← Documents")),
    el("h1", { dir: "auto" }, record.title ?? "(no title)"),
    el("p", { class: "quiet" }, [record.authors.map((row) => row.author).join(", "), record.published, record.site_name, record.language, record.source_uri].filter(Boolean).join(" · "))];
  if (again.error) {
    show(record.title ?? "Document", head,
      el("p", { class: "warning" }, `The source cannot be read again: ${again.error}. What the run wrote is shown. Start copydesk view in the folder in which the run was started.`),
      el("div", { class: "entries" }, record.blocks.length === 0 ? el("p", { class: "entry kept", dir: "auto" }, record.text) : record.blocks.map((block) => el("div", { class: `entry ${fate_of(block.label)}` },
        el("p", { class: "what" }, el("span", { class: "quiet" }, `line ${block.line}`), el("span", { class: "label" }, block.label)),
        el("p", { dir: "auto" }, block.text),
        record.decisions.filter((decision) => decision.block === block.block).map((decision) =>
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

// ---- which view

async function route() {
  move = null;
  const [view, query] = location.hash.replace(/^#\/?/, "").split("?");
  const values = Object.fromEntries(new URLSearchParams(query ?? ""));
  for (const link of document.querySelectorAll("header nav a")) {
    if (link.hash === `#/${view || "run"}`) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
  }
  try {
    if (view === "documents") await show_documents(values);
    else if (view === "document") await show_document(values);
    else await show_run();
    if (run) document.getElementById("folder").textContent = run.folder;
  } catch (error) {
    show("Error", el("h1", {}, "That did not work"), el("p", { class: "warning" }, error.message));
  }
}

addEventListener("hashchange", route);
addEventListener("keydown", (event) => {
  if (event.target.matches("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "j" || event.key === "k") move?.(event.key === "j" ? 1 : -1);
  if (event.key === "/") {
    event.preventDefault();
    const search = document.getElementById("search");
    if (search) search.focus(); else location.hash = "#/documents";
  }
});
route();
