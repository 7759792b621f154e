-- What is open is little, however much is closed: each list and count of it is a range of this, on
-- both engines also where nothing was analysed. That it is open is said twice: once so that the index
-- is small, and once as a value, for SQLite takes the index that has more of them.
CREATE INDEX requests_open ON requests
    (street, (CASE stage WHEN 'closed' THEN 0 ELSE 1 END), area, stage, due_at)
    WHERE stage <> 'closed';
-- How many were ever raised in a community, so that nobody has to count what is closed.
CREATE TABLE request_totals (
    street BIGINT NOT NULL,
    -- The code of the community.
    area   BIGINT NOT NULL,
    raised BIGINT NOT NULL CHECK (raised >= 0),
    PRIMARY KEY (street, area)
);
INSERT INTO request_totals (street, area, raised)
    SELECT street, area / 10000000 * 10000000, COUNT(*) FROM requests GROUP BY street, area / 10000000;
