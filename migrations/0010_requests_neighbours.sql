-- Neighbours who join a request instead of raising it again.
CREATE TABLE request_supporters (
    street    BIGINT NOT NULL,
    request   BIGINT NOT NULL,
    -- One neighbour: 'p' and the id of an account, or 't' and the digits of a phone.
    who       TEXT   NOT NULL,
    -- By which request they came: by this one itself, or by one that was merged into it. So they
    -- go back with it when the two are separated.
    via       BIGINT NOT NULL,
    person    BIGINT,
    phone     TEXT   NOT NULL,
    joined_at BIGINT NOT NULL,
    PRIMARY KEY (street, request, who, via),
    CONSTRAINT request_supporters_request FOREIGN KEY (street, request) REFERENCES requests (street, id),
    CHECK ((person IS NULL) = (phone <> ''))
);
CREATE INDEX request_supporters_by_person ON request_supporters (street, person, request);
-- What is open in a place: few, however many there were.
CREATE INDEX requests_open_by_area ON requests (street, area, id) WHERE stage <> 'closed';
-- What was merged into a request.
CREATE INDEX requests_by_target ON requests (street, merged_into, id) WHERE merged_into IS NOT NULL;
