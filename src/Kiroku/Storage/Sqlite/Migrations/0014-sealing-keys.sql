-- The keys that encrypt tokens, as Data Protection writes them.

CREATE TABLE sealing_keys (
    name  TEXT PRIMARY KEY,
    xml   TEXT NOT NULL
);
