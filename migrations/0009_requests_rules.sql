-- Categories are a tree of two levels: what stands above, what belongs here, and when it is done.
ALTER TABLE categories ADD COLUMN parent TEXT NOT NULL DEFAULT '';
ALTER TABLE categories ADD COLUMN opens TEXT NOT NULL DEFAULT '';
ALTER TABLE categories ADD COLUMN opens_en TEXT NOT NULL DEFAULT '';
ALTER TABLE categories ADD COLUMN closes TEXT NOT NULL DEFAULT '';
ALTER TABLE categories ADD COLUMN closes_en TEXT NOT NULL DEFAULT '';
-- What a photo should show; may be empty.
ALTER TABLE categories ADD COLUMN photo TEXT NOT NULL DEFAULT '';
ALTER TABLE categories ADD COLUMN photo_en TEXT NOT NULL DEFAULT '';
-- Offered no more since then; requests that have it keep its name.
ALTER TABLE categories ADD COLUMN retired_at BIGINT;
-- Categories, routing, clocks and numbers of a street: each version is one row with all of them, and
-- the last one holds. Rows are added and never changed.
CREATE TABLE rule_versions (
    street  BIGINT NOT NULL,
    kind    TEXT   NOT NULL CHECK (kind IN ('categories', 'routing', 'clocks', 'numbers')),
    version BIGINT NOT NULL CHECK (version > 0),
    at      BIGINT NOT NULL,
    -- Who changed it; nobody for what the street began with.
    actor   BIGINT,
    note    TEXT   NOT NULL,
    -- Comma-separated lines below a line of names.
    state   TEXT   NOT NULL,
    PRIMARY KEY (street, kind, version)
);
