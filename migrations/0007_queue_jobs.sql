-- What is to be done later, once: timers of requests, news to be told, letters to be sent.
CREATE TABLE jobs (
    street  BIGINT NOT NULL,
    kind    TEXT   NOT NULL,
    subject BIGINT NOT NULL,
    -- The first version of the subject that the job is about.
    since   BIGINT NOT NULL,
    run_at  BIGINT NOT NULL,
    -- How often it was tried in vain, and what went wrong the last time.
    tries   BIGINT NOT NULL CHECK (tries >= 0),
    problem TEXT   NOT NULL,
    -- Given up; somebody has to look at it.
    dead    BIGINT NOT NULL CHECK (dead IN (0, 1)),
    PRIMARY KEY (street, kind, subject)
);
CREATE INDEX jobs_by_time ON jobs (street, dead, run_at);
