CREATE TABLE categories (
    street   BIGINT NOT NULL,
    code     TEXT   NOT NULL,
    position BIGINT NOT NULL,
    name     TEXT   NOT NULL,
    name_en  TEXT   NOT NULL,
    icon     TEXT   NOT NULL,
    urgency  TEXT   NOT NULL CHECK (urgency IN ('danger', 'urgent', 'ordinary', 'complex')),
    -- Where requests of this category usually go; a code of `units`.
    unit     TEXT   NOT NULL,
    -- Words that make a request dangerous, parted by spaces.
    danger   TEXT   NOT NULL,
    PRIMARY KEY (street, code)
);
-- The last readable number of every series, such as FY-2026.
CREATE TABLE request_numbers (
    street BIGINT NOT NULL,
    series TEXT   NOT NULL,
    last   BIGINT NOT NULL,
    PRIMARY KEY (street, series)
);
CREATE TABLE requests (
    street       BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    number       TEXT   NOT NULL,
    area         BIGINT NOT NULL,
    place        TEXT   NOT NULL,
    category     TEXT   NOT NULL,
    urgency      TEXT   NOT NULL,
    text         TEXT   NOT NULL,
    asker        BIGINT,
    asker_name   TEXT   NOT NULL,
    asker_phone  TEXT   NOT NULL,
    -- Who wrote it down for the asker, where somebody did.
    writer       BIGINT,
    receipt      TEXT   NOT NULL,
    photos       BIGINT NOT NULL DEFAULT 0 CHECK (photos BETWEEN 0 AND 10),
    raised_at    BIGINT NOT NULL,
    stage        TEXT   NOT NULL CHECK (stage IN ('raised', 'accepted', 'escalated', 'dispatched',
                     'handling', 'resolved', 'redo', 'suspended', 'closed')),
    since        BIGINT NOT NULL,
    desk         TEXT   NOT NULL CHECK (desk IN ('community', 'street')),
    -- Who does the work, or did it: a worker, a unit, or the desk itself.
    handler      TEXT   CHECK (handler IN ('worker', 'unit', 'desk')),
    worker       BIGINT,
    unit         BIGINT,
    ending       TEXT   CHECK (ending IN ('confirmed', 'unrated', 'rejected', 'merged', 'withdrawn')),
    rating       BIGINT CHECK (rating BETWEEN 1 AND 5),
    merged_into  BIGINT,
    review_on    BIGINT,
    due_at       BIGINT,
    due_limit    TEXT,
    due_term     TEXT,
    due_from     BIGINT,
    due_known    BIGINT,
    -- While a question waits: since when, and the clock that stands still.
    question_at  BIGINT,
    paused_at    BIGINT,
    paused_limit TEXT,
    paused_term  TEXT,
    paused_from  BIGINT,
    paused_known BIGINT,
    returns      BIGINT NOT NULL CHECK (returns >= 0),
    extension    TEXT   NOT NULL CHECK (extension IN ('none', 'asked', 'granted', 'declined')),
    extension_days BIGINT NOT NULL CHECK (extension_days BETWEEN 0 AND 60),
    reopened     BIGINT NOT NULL CHECK (reopened IN (0, 1)),
    changed_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL,
    PRIMARY KEY (street, id),
    CONSTRAINT requests_number UNIQUE (street, number),
    CONSTRAINT requests_receipt UNIQUE (street, receipt),
    CHECK (area / 10000000000 = street),
    CHECK ((ending IS NULL) = (stage <> 'closed')),
    CHECK ((rating IS NOT NULL) = (ending IS NOT NULL AND ending = 'confirmed')),
    CHECK ((merged_into IS NOT NULL) = (ending IS NOT NULL AND ending = 'merged')),
    CHECK ((review_on IS NOT NULL) = (stage = 'suspended')),
    CHECK ((due_at IS NULL) = (stage = 'closed')),
    CHECK ((question_at IS NULL) = (paused_at IS NULL)),
    CHECK ((worker IS NOT NULL) = (handler IS NOT NULL AND handler = 'worker')),
    CHECK ((unit IS NOT NULL) = (handler IS NOT NULL AND handler = 'unit')),
    CHECK (handler IS NOT NULL OR stage IN ('raised', 'escalated', 'redo', 'suspended', 'closed'))
);
CREATE INDEX requests_by_area ON requests (street, area, id);
CREATE INDEX requests_by_asker ON requests (street, asker, id);
CREATE INDEX requests_by_unit ON requests (street, unit, id);
CREATE INDEX requests_by_due ON requests (street, due_at);
CREATE INDEX requests_by_change ON requests (street, changed_at);
CREATE TABLE request_photos (
    street   BIGINT NOT NULL,
    request  BIGINT NOT NULL,
    -- 'asked' came with the request, 'done' shows the work.
    side     TEXT   NOT NULL CHECK (side IN ('asked', 'done')),
    position BIGINT NOT NULL CHECK (position BETWEEN 1 AND 5),
    hash     TEXT   NOT NULL,
    width    BIGINT NOT NULL,
    height   BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (street, request, side, position),
    CONSTRAINT request_photos_request FOREIGN KEY (street, request) REFERENCES requests (street, id)
);
