-- A person record is the least that serves: name, phone, password. No number of any document.

CREATE TABLE people (
    street    BIGINT NOT NULL,
    id        BIGINT NOT NULL,
    name      TEXT   NOT NULL,
    phone     TEXT   NOT NULL,
    -- An argon2id text; empty until the person has chosen a password.
    password  TEXT   NOT NULL,
    -- The password was given by somebody else and is to be changed.
    temporary BIGINT NOT NULL CHECK (temporary IN (0, 1)),
    joined_at BIGINT NOT NULL,
    closed_at BIGINT,
    version   BIGINT NOT NULL,
    PRIMARY KEY (street, id),
    CONSTRAINT people_phone UNIQUE (street, phone)
);
CREATE TABLE appointments (
    street   BIGINT NOT NULL,
    id       BIGINT NOT NULL,
    person   BIGINT NOT NULL,
    post     TEXT   NOT NULL,
    area     BIGINT NOT NULL,
    unit     BIGINT,
    from_at  BIGINT NOT NULL,
    until_at BIGINT,
    version  BIGINT NOT NULL,
    PRIMARY KEY (street, id),
    CONSTRAINT appointments_person FOREIGN KEY (street, person) REFERENCES people (street, id),
    CONSTRAINT appointments_unit FOREIGN KEY (street, unit) REFERENCES units (street, id),
    CHECK ((unit IS NULL) = (post <> 'unit_liaison')),
    CHECK (until_at IS NULL OR until_at >= from_at)
);
CREATE INDEX appointments_by_person ON appointments (street, person);
CREATE INDEX appointments_by_area ON appointments (street, area);
CREATE TABLE sessions (
    street    BIGINT NOT NULL,
    -- A digest of the token: who reads this table cannot sign in with it.
    token     TEXT   NOT NULL,
    -- Exactly one of the two: an account, or the one request that a receipt opens.
    person    BIGINT,
    request   BIGINT,
    -- 'page' in a cookie, 'program' in a header.
    kind      TEXT   NOT NULL CHECK (kind IN ('page', 'program')),
    device    TEXT   NOT NULL,
    opened_at BIGINT NOT NULL,
    seen_at   BIGINT NOT NULL,
    ends_at   BIGINT NOT NULL,
    PRIMARY KEY (street, token),
    CHECK ((person IS NULL) <> (request IS NULL))
);
CREATE INDEX sessions_by_person ON sessions (street, person);
CREATE INDEX sessions_by_end ON sessions (street, ends_at);
-- Failures to sign in, by what was tried: a phone or a receipt, whether it exists or not.
CREATE TABLE attempts (
    street   BIGINT NOT NULL,
    subject  TEXT   NOT NULL,
    failures BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    PRIMARY KEY (street, subject)
);
-- One-time links: the first administrator's, and those that let a person choose a new password.
CREATE TABLE invitations (
    street  BIGINT NOT NULL,
    token   TEXT   NOT NULL,
    person  BIGINT,
    made_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (street, token)
);
