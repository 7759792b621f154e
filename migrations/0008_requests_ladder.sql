-- How far the running clock has climbed, and what belongs to it.
ALTER TABLE requests ADD COLUMN rung TEXT NOT NULL DEFAULT 'green'
    CONSTRAINT requests_rung CHECK (rung IN ('green', 'yellow', 'red', 'ordered'));
ALTER TABLE requests ADD COLUMN ordered_at BIGINT;
ALTER TABLE requests ADD COLUMN responded_at BIGINT;
ALTER TABLE requests ADD COLUMN redone BIGINT NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN reminders BIGINT NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN reminded_on BIGINT;
ALTER TABLE requests ADD COLUMN calls BIGINT NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN called BIGINT NOT NULL DEFAULT 0;
-- By which way it came, and how many neighbours joined.
ALTER TABLE requests ADD COLUMN channel TEXT NOT NULL DEFAULT 'page';
ALTER TABLE requests ADD COLUMN supporters BIGINT NOT NULL DEFAULT 0;
-- What another system calls a request that came from there: it comes once.
CREATE TABLE request_sources (
    street  BIGINT NOT NULL,
    source  TEXT   NOT NULL,
    request BIGINT NOT NULL,
    PRIMARY KEY (street, source)
);
-- Requests that were open before have their clocks looked at once, at the first tick.
INSERT INTO jobs (street, kind, subject, since, run_at, tries, problem, dead)
    SELECT street, 'clock', id, version, 0, 0, '', 0 FROM requests WHERE stage <> 'closed';
