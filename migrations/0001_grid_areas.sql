-- TEXT and BIGINT alone, and the street first in every key: one history of the schema serves SQLite,
-- PostgreSQL, and a PostgreSQL that is sharded by street. Moments are microseconds since 1970, days
-- are days since 1970.

CREATE TABLE streets (
    street    BIGINT NOT NULL,
    zone      TEXT   NOT NULL,
    hotline   TEXT   NOT NULL,
    opened_at BIGINT NOT NULL,
    PRIMARY KEY (street)
);
CREATE TABLE areas (
    street     BIGINT NOT NULL,
    code       BIGINT NOT NULL,
    kind       TEXT   NOT NULL CHECK (kind IN ('', 'residential', 'exclusive')),
    name       TEXT   NOT NULL,
    name_en    TEXT   NOT NULL,
    prefix     TEXT   NOT NULL,
    households BIGINT NOT NULL CHECK (households >= 0),
    closed_on  BIGINT,
    PRIMARY KEY (street, code)
);
CREATE TABLE units (
    street  BIGINT NOT NULL,
    id      BIGINT NOT NULL,
    code    TEXT   NOT NULL,
    kind    TEXT   NOT NULL,
    area    BIGINT NOT NULL,
    name    TEXT   NOT NULL,
    name_en TEXT   NOT NULL,
    phone   TEXT   NOT NULL,
    PRIMARY KEY (street, id),
    CONSTRAINT units_code UNIQUE (street, code)
);
