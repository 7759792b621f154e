-- What the yearly notice says: days off, and weekend days that are worked.
CREATE TABLE calendar_days (
    street BIGINT NOT NULL,
    day    BIGINT NOT NULL,
    kind   TEXT   NOT NULL CHECK (kind IN ('off', 'work')),
    name   TEXT   NOT NULL,
    PRIMARY KEY (street, day)
);
-- Until which day the calendar is known.
CREATE TABLE calendar_known (
    street  BIGINT NOT NULL,
    through BIGINT NOT NULL,
    PRIMARY KEY (street)
);
