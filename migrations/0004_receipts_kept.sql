CREATE TABLE receipts (
    street  BIGINT NOT NULL,
    caller  BIGINT NOT NULL,
    key     TEXT   NOT NULL,
    digest  TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    subject BIGINT NOT NULL,
    version BIGINT NOT NULL,
    answer  TEXT   NOT NULL,
    PRIMARY KEY (street, caller, key)
);
