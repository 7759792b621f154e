-- News for readers: which thing, which version of it, what happened. No text is kept; it is put into
-- words when it is read or sent, for whoever may read it then.

CREATE TABLE notices (
    street  BIGINT NOT NULL,
    id      BIGINT NOT NULL,
    -- Nought or less for whoever left a phone and has no account: it is only sent.
    person  BIGINT NOT NULL,
    subject BIGINT NOT NULL,
    version BIGINT NOT NULL,
    kind    TEXT   NOT NULL,
    topic   TEXT   NOT NULL CHECK (topic IN ('turn', 'progress', 'over', 'warning', 'supervision')),
    -- Ids and moments as JSON; no name, no phone, nothing that somebody wrote.
    facts   TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    unread  BIGINT NOT NULL CHECK (unread IN (0, 1)),
    read_at BIGINT,
    PRIMARY KEY (street, id),
    -- Each piece of news is told to each reader once.
    CONSTRAINT notices_once UNIQUE (street, person, subject, version),
    CHECK ((unread = 0) = (read_at IS NOT NULL))
);
CREATE INDEX notices_by_person ON notices (street, person, id);
CREATE INDEX notices_unread ON notices (street, person, unread, id);
-- Where somebody wants news sent: one that is confirmed, and one that still waits for its code.
CREATE TABLE notice_addresses (
    street       BIGINT NOT NULL,
    person       BIGINT NOT NULL,
    email        TEXT   NOT NULL,
    wanted       TEXT   NOT NULL,
    -- Empty when no code waits.
    code         TEXT   NOT NULL,
    code_ends_at BIGINT NOT NULL,
    changed_at   BIGINT NOT NULL,
    PRIMARY KEY (street, person)
);
-- What a street decided about news that leave the house.
CREATE TABLE notice_settings (
    street      BIGINT NOT NULL,
    -- Under which its history lies.
    id          BIGINT NOT NULL,
    -- Minutes since midnight on the wall clock.
    quiet_from  BIGINT NOT NULL CHECK (quiet_from BETWEEN 0 AND 1439),
    quiet_until BIGINT NOT NULL CHECK (quiet_until BETWEEN 0 AND 1439),
    -- A gateway for text messages or WeCom; empty where there is none.
    url         TEXT   NOT NULL,
    secret      TEXT   NOT NULL,
    -- Names of topics, parted by spaces.
    topics      TEXT   NOT NULL,
    -- Whom it reaches: those without an account, or everybody.
    reaches     TEXT   NOT NULL CHECK (reaches IN ('phones', 'everybody')),
    -- 'gone' when the gateway has said that it takes no more.
    state       TEXT   NOT NULL CHECK (state IN ('on', 'off', 'gone')),
    version     BIGINT NOT NULL,
    PRIMARY KEY (street)
);
-- News on their way out of the house. To whom is looked up when it is sent.
CREATE TABLE deliveries (
    street  BIGINT NOT NULL,
    id      BIGINT NOT NULL,
    purpose TEXT   NOT NULL CHECK (purpose IN ('notice', 'code', 'test')),
    channel TEXT   NOT NULL CHECK (channel IN ('smtp', 'webhook')),
    person  BIGINT NOT NULL,
    -- The notice, of a notice; nought else.
    notice  BIGINT NOT NULL,
    state   TEXT   NOT NULL CHECK (state IN ('waiting', 'sent', 'dead', 'needless')),
    -- Until when it rests, or is in the hands of one who sends it.
    next_at BIGINT NOT NULL,
    tries   BIGINT NOT NULL CHECK (tries >= 0),
    -- Why the last try came to nothing, by a name; never what a server said, for that may name people.
    problem TEXT   NOT NULL,
    made_at BIGINT NOT NULL,
    done_at BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (street, id),
    CHECK ((state = 'waiting') = (done_at IS NULL))
);
CREATE INDEX deliveries_by_state ON deliveries (street, state, next_at);
