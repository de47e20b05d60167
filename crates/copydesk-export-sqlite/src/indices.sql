-- Made when all rows are there, which is several times as fast as keeping them up to date.

CREATE INDEX documents_by_id ON documents (id);
CREATE INDEX documents_by_source ON documents (source_uri);
CREATE INDEX documents_by_url ON documents (url);
CREATE INDEX documents_by_time ON documents (published);
CREATE INDEX documents_by_language ON documents (language);
CREATE INDEX documents_by_site ON documents (site_name);
CREATE INDEX authors_by_document ON authors (document);
CREATE INDEX authors_by_name ON authors (author);
CREATE INDEX tags_by_document ON tags (document);
CREATE INDEX tags_by_name ON tags (tag);
CREATE INDEX languages_by_document ON languages (document);
CREATE INDEX captions_by_document ON captions (document);
CREATE INDEX captions_by_credit ON captions (credit);
CREATE INDEX credits_by_caption ON credits (caption);
CREATE INDEX blocks_by_document ON blocks (document, block);
CREATE INDEX chunks_by_document ON chunks (document, position);
CREATE INDEX decisions_by_block ON decisions (document, block);
CREATE INDEX decisions_by_rule ON decisions (stage, rule);
CREATE INDEX metadata_by_document ON metadata (document, field);
CREATE INDEX notes_by_document ON notes (document);
CREATE INDEX notes_by_code ON notes (code);
