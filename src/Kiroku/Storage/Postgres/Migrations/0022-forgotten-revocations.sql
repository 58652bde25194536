-- When revoked tokens were forgotten because they had expired: what was issued before that many changes of identity_changes, and
-- expired before that time, may have been one of them. One row, but where the clock went back after it: then more, for a while.

CREATE TABLE forgotten_revocations (
    changes         BIGINT NOT NULL PRIMARY KEY,
    expired_before  TEXT COLLATE "C" NOT NULL
);
