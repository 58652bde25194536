-- When expired rows of revoked tokens were deleted. A token may have been among them if it was issued before that
-- many changes of identity_changes and expired before that time. There is one row, or for a while several if the
-- clock has gone back.

CREATE TABLE forgotten_revocations (
    changes         INTEGER NOT NULL PRIMARY KEY,
    expired_before  TEXT NOT NULL
);
