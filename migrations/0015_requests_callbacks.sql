-- Whom to call back: what was reported as done and is not rated, the longest ago first.
CREATE INDEX requests_to_call ON requests (street, since, id)
    WHERE called = 0 AND (stage = 'resolved' OR ending = 'unrated');
