-- The full-text index, and what the query in `README.md` needs to ask it.

-- It keeps no text of its own. `unmarked` holds what is without marks that people leave out (`search.rs`).
CREATE VIRTUAL TABLE search USING fts5(
    title, text, captions, authors, unmarked,
    content = '',
    tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* Co'"
);

-- How the letters of a script are asked for: each for itself, or as the beginning of a word.
CREATE TABLE search_scripts (first INTEGER NOT NULL, last INTEGER NOT NULL, rule TEXT NOT NULL);

-- Letters that may be typed as a letter and a mark, those with fewer marks first.
CREATE TABLE search_letters (number INTEGER PRIMARY KEY, typed TEXT NOT NULL, letter TEXT NOT NULL);

-- 1, 2, 3 and so on: places in what is asked for.
CREATE VIEW search_places (place) AS
    WITH RECURSIVE places (place) AS (SELECT 1 UNION ALL SELECT place + 1 FROM places WHERE place < 1000)
    SELECT place FROM places;
