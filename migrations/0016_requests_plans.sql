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
