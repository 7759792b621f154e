CREATE TABLE history (
    street  BIGINT NOT NULL,
    subject BIGINT NOT NULL,
    version BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    actor   BIGINT,
    role    TEXT   NOT NULL,
    event   TEXT   NOT NULL,
    facts   TEXT   NOT NULL,
    PRIMARY KEY (street, subject, version)
);
