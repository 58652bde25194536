-- Administrators' settings of a host's service. One without a row is enabled.

CREATE TABLE services (
    host             TEXT PRIMARY KEY,
    disabled         INTEGER NOT NULL,
    disabled_reason  TEXT,
    forced_down      INTEGER NOT NULL
);
