-- How often the calendar of a street has changed: who changes it names the version they saw.
CREATE TABLE calendar_versions (
    street  BIGINT NOT NULL,
    version BIGINT NOT NULL CHECK (version >= 0),
    PRIMARY KEY (street)
);
-- The yearly notices that were taken in: with which version of the calendar, when, and by whom.
CREATE TABLE calendar_notices (
    street   BIGINT NOT NULL,
    version  BIGINT NOT NULL,
    year     BIGINT NOT NULL,
    days     BIGINT NOT NULL,
    -- How many days became other than they were.
    changed  BIGINT NOT NULL,
    person   BIGINT,
    taken_at BIGINT NOT NULL,
    PRIMARY KEY (street, version)
);
-- Days on which the office of a street is closed, both ends included, such as for a flood.
CREATE TABLE calendar_closures (
    street     BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    first_day  BIGINT NOT NULL,
    last_day   BIGINT NOT NULL,
    reason     TEXT   NOT NULL,
    person     BIGINT,
    added_at   BIGINT NOT NULL,
    -- One that was taken back before it began stays on record and closes nothing.
    removed_at BIGINT,
    PRIMARY KEY (street, id),
    CHECK (first_day <= last_day)
);
