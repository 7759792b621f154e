-- The sums of a month: the rows of request_days added up, so that a year is twelve rows.
CREATE TABLE request_months (
    street   BIGINT NOT NULL,
    -- How many digits the code of such an area has: 9 street, 12 community, 15 grid.
    level    BIGINT NOT NULL CHECK (level IN (9, 12, 15)),
    category TEXT   NOT NULL,
    -- The first day of the month.
    day      BIGINT NOT NULL,
    area     BIGINT NOT NULL,
    raised   BIGINT NOT NULL,
    closed   BIGINT NOT NULL,
    response_of   BIGINT NOT NULL,
    response_hits BIGINT NOT NULL,
    solved_of   BIGINT NOT NULL,
    solved_hits BIGINT NOT NULL,
    rated       BIGINT NOT NULL,
    rated_wide   BIGINT NOT NULL,
    rated_strict BIGINT NOT NULL,
    -- Closed after work: the denominator of the five that follow.
    worked       BIGINT NOT NULL,
    in_grid      BIGINT NOT NULL,
    in_community BIGINT NOT NULL,
    returned     BIGINT NOT NULL,
    redone       BIGINT NOT NULL,
    reopened     BIGINT NOT NULL,
    done      BIGINT NOT NULL,
    done_in_time BIGINT NOT NULL,
    PRIMARY KEY (street, level, category, day, area)
);
CREATE INDEX request_months_by_area ON request_months (street, category, area, day);
-- Days are numbered from 1970-01-01. The day within its month is told by the arithmetic of the
-- Gregorian calendar, with years that begin in March, in eras of 400 years.
INSERT INTO request_months (street, level, category, day, area, raised, closed, response_of,
        response_hits, solved_of, solved_hits, rated, rated_wide, rated_strict, worked, in_grid,
        in_community, returned, redone, reopened, done, done_in_time)
    SELECT street, level, category, first, area, SUM(raised), SUM(closed), SUM(response_of),
        SUM(response_hits), SUM(solved_of), SUM(solved_hits), SUM(rated), SUM(rated_wide),
        SUM(rated_strict), SUM(worked), SUM(in_grid), SUM(in_community), SUM(returned),
        SUM(redone), SUM(reopened), SUM(done), SUM(done_in_time)
    FROM (
        SELECT s.*, s.day - (in_year - (153 * ((5 * in_year + 2) / 153) + 2) / 5) AS first
        FROM (
            SELECT y.*, in_era - (365 * years + years / 4 - years / 100) AS in_year
            FROM (
                SELECT e.*, (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365
                    AS years
                FROM (
                    SELECT d.*, day + 719468 - (day + 719468) / 146097 * 146097 AS in_era
                    FROM request_days d
                ) e
            ) y
        ) s
    ) months
    GROUP BY street, level, category, first, area;
