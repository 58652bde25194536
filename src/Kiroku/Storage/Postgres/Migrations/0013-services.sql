-- Administrators' settings of a host's service. One without a row is enabled.

CREATE TABLE services (
    host             TEXT COLLATE "C" PRIMARY KEY,
    disabled         BIGINT NOT NULL,
    disabled_reason  TEXT COLLATE "C",
    forced_down      BIGINT NOT NULL
);
