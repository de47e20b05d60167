-- The tables of a database. `README.md` says what they are for; the columns mean what they mean in a record.

CREATE TABLE documents (
    document INTEGER PRIMARY KEY,    -- a number, from 1, in the order of the run
    id TEXT NOT NULL,
    source_uri TEXT NOT NULL,
    source_media_type TEXT NOT NULL,
    source_charset TEXT NOT NULL,
    source_bytes INTEGER NOT NULL,
    source_sha256 TEXT NOT NULL,
    source_url TEXT,
    source_fetched TEXT,
    source_status INTEGER,
    source_content_type TEXT,
    source_offset INTEGER,
    source_length INTEGER,
    title TEXT,
    published TEXT,                  -- as precise as the document gives it
    published_day TEXT,              -- its day, where one is given: sorts, groups, and suits `date()`
    published_utc TEXT,              -- the instant, where a time of day and its zone are given
    modified TEXT,
    modified_day TEXT,
    modified_utc TEXT,
    site_name TEXT,
    section TEXT,
    description TEXT,
    url TEXT,
    image TEXT,
    language TEXT,
    dateline_place TEXT,
    dateline_agency TEXT,
    license TEXT,
    paywalled INTEGER,               -- 0 or 1
    page_type TEXT,                  -- article, thread, listing, ...
    text_confidence REAL,            -- 0 to 1
    text TEXT NOT NULL,
    markdown TEXT,
    ext TEXT,                        -- JSON
    fields TEXT,                     -- JSON
    duplicates_cluster TEXT,         -- the id of the first record of those that say the same
    duplicates_of TEXT,              -- the id of the record that stands for them
    duplicates_share REAL,           -- 0 to 1
    duplicates_kind TEXT,            -- representative, exact, normalised, near, contained
    versions_first TEXT,             -- the id of the first version of the page
    versions_previous TEXT,          -- the id of the version before
    versions_number INTEGER,         -- from 1
    versions_changed TEXT,           -- JSON: names of fields
    versions_added TEXT,             -- JSON: numbers of blocks
    versions_removed TEXT,           -- JSON: numbers of blocks of the version before
    versions_share REAL,             -- 0 to 1
    surveys TEXT                     -- JSON
);

CREATE TABLE authors (
    document INTEGER NOT NULL REFERENCES documents,
    position INTEGER NOT NULL,
    author TEXT NOT NULL
);

CREATE TABLE tags (
    document INTEGER NOT NULL REFERENCES documents,
    position INTEGER NOT NULL,
    tag TEXT NOT NULL
);

CREATE TABLE languages (
    document INTEGER NOT NULL REFERENCES documents,
    tag TEXT NOT NULL,
    share REAL NOT NULL              -- of the letters of the body, from 0 to 1
);

CREATE TABLE captions (
    caption INTEGER PRIMARY KEY,     -- a number, from 1, in the order of the run
    document INTEGER NOT NULL REFERENCES documents,
    translation_of INTEGER REFERENCES captions,
    text TEXT NOT NULL,
    language TEXT,
    credit TEXT,
    image TEXT,
    kind TEXT NOT NULL
);

CREATE TABLE credits (
    caption INTEGER NOT NULL REFERENCES captions,
    name TEXT,
    agency TEXT
);

CREATE TABLE blocks (
    document INTEGER NOT NULL REFERENCES documents,
    block INTEGER NOT NULL,          -- its number in the document, from 0
    kind TEXT NOT NULL,
    level INTEGER,
    label TEXT NOT NULL,
    text TEXT NOT NULL,
    language TEXT,
    start_byte INTEGER NOT NULL,
    end_byte INTEGER NOT NULL,
    line INTEGER NOT NULL
);

CREATE TABLE chunks (
    document INTEGER NOT NULL REFERENCES documents,
    position INTEGER NOT NULL,       -- its place among the pieces of the document, from 0
    id TEXT NOT NULL,                -- that of the document, a dash, and the position
    kind TEXT NOT NULL,              -- text, table, code, caption
    headings TEXT NOT NULL,          -- JSON: those that it stands under, outermost first
    text TEXT NOT NULL,
    start INTEGER,                   -- first byte in the text of the document; NULL for a caption
    "end" INTEGER,
    blocks TEXT NOT NULL,            -- JSON: numbers of blocks
    start_byte INTEGER,              -- where its blocks stand in the source
    end_byte INTEGER,
    line INTEGER,
    language TEXT,
    characters INTEGER NOT NULL,
    words INTEGER NOT NULL,
    tokens INTEGER,
    captions TEXT NOT NULL           -- JSON
);

CREATE TABLE decisions (
    document INTEGER NOT NULL REFERENCES documents,
    position INTEGER NOT NULL,       -- the last of a block is the one that counts
    block INTEGER NOT NULL,
    label TEXT NOT NULL,
    stage TEXT NOT NULL,
    rule TEXT NOT NULL,
    detail TEXT NOT NULL
);

CREATE TABLE metadata (
    document INTEGER NOT NULL REFERENCES documents,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    origin TEXT NOT NULL,
    name TEXT NOT NULL,
    confidence REAL NOT NULL,
    start_byte INTEGER,
    end_byte INTEGER,
    line INTEGER
);

CREATE TABLE notes (
    document INTEGER NOT NULL REFERENCES documents,
    stage TEXT NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    start_byte INTEGER,
    end_byte INTEGER,
    line INTEGER
);
