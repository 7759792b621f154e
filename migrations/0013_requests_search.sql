-- What requests are found by; see domain::requests::grams.
CREATE TABLE request_grams (
    street  BIGINT NOT NULL,
    gram    TEXT   NOT NULL,
    request BIGINT NOT NULL,
    PRIMARY KEY (street, gram, request)
);
-- Streets with requests from before there were grams: those below this id have none yet.
CREATE TABLE request_fills (
    street BIGINT NOT NULL,
    below  BIGINT NOT NULL,
    PRIMARY KEY (street)
);
INSERT INTO request_fills (street, below) SELECT street, MAX(id) + 1 FROM requests GROUP BY street;
-- Lists that somebody narrowed and wants to see again.
CREATE TABLE request_filters (
    street BIGINT NOT NULL,
    person BIGINT NOT NULL,
    id     BIGINT NOT NULL,
    name   TEXT   NOT NULL,
    query  TEXT   NOT NULL,
    PRIMARY KEY (street, person, id),
    CONSTRAINT request_filters_name UNIQUE (street, person, name)
);
-- Who took which list out of the house, and when.
CREATE TABLE request_exports (
    street BIGINT NOT NULL,
    id     BIGINT NOT NULL,
    person BIGINT NOT NULL,
    at     BIGINT NOT NULL,
    kind   TEXT   NOT NULL CHECK (kind IN ('xlsx', 'csv')),
    query  TEXT   NOT NULL,
    lines  BIGINT NOT NULL CHECK (lines >= 0),
    PRIMARY KEY (street, id)
);
