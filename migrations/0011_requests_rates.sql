-- What a step of a request counts for, and where it was a hit: bits of `Measure` and `Tally` in the
-- domain. A row is written with its step and never changed, save that it is marked as folded.
CREATE TABLE request_facts (
    street   BIGINT NOT NULL,
    request  BIGINT NOT NULL,
    -- The version that the step made; nought for the raising of a request that was imported.
    version  BIGINT NOT NULL,
    day      BIGINT NOT NULL,
    area     BIGINT NOT NULL,
    category TEXT   NOT NULL,
    -- The category above it on that day; empty where there was none. It has these figures too.
    above    TEXT   NOT NULL,
    counted  BIGINT NOT NULL,
    hits     BIGINT NOT NULL,
    -- Whether the sums of its day have it.
    folded   BIGINT NOT NULL CHECK (folded IN (0, 1)),
    PRIMARY KEY (street, request, version),
    CHECK (counted & hits = hits)
);
CREATE INDEX request_facts_by_day ON request_facts (street, day, request, version, area,
        category, above, counted, hits, folded);
CREATE INDEX request_facts_by_area ON request_facts (street, area, day, category, above,
        counted, hits, folded);
CREATE INDEX request_facts_to_fold ON request_facts (street, request, version) WHERE folded = 0;
-- The sums of a day: of the street and its communities, in all (category '') and by category; of
-- grids in all. What lies deeper has few facts, which are read themselves.
CREATE TABLE request_days (
    street   BIGINT NOT NULL,
    -- How many digits the code of such an area has: 9 street, 12 community, 15 grid.
    level    BIGINT NOT NULL CHECK (level IN (9, 12, 15)),
    category TEXT   NOT NULL,
    day      BIGINT NOT NULL,
    area     BIGINT NOT NULL,
    raised   BIGINT NOT NULL,
    closed   BIGINT NOT NULL,
    response_of   BIGINT NOT NULL,
    response_hits BIGINT NOT NULL,
    solved_of   BIGINT NOT NULL,
    solved_hits BIGINT NOT NULL,
    rated       BIGINT NOT NULL,
    rated_wide   BIGINT NOT NULL,
    rated_strict BIGINT NOT NULL,
    -- Closed after work: the denominator of the five that follow.
    worked       BIGINT NOT NULL,
    in_grid      BIGINT NOT NULL,
    in_community BIGINT NOT NULL,
    returned     BIGINT NOT NULL,
    redone       BIGINT NOT NULL,
    reopened     BIGINT NOT NULL,
    done      BIGINT NOT NULL,
    done_in_time BIGINT NOT NULL,
    PRIMARY KEY (street, level, category, day, area)
);
CREATE INDEX request_days_by_area ON request_days (street, category, area, day);
-- Where folders meet: one at a time, and how often it was done.
CREATE TABLE request_folds (
    street BIGINT NOT NULL,
    folds  BIGINT NOT NULL,
    PRIMARY KEY (street)
);
-- What is open and what is late, without reading what is over.
CREATE INDEX requests_open ON requests (street, area, due_at, stage) WHERE due_at IS NOT NULL;
