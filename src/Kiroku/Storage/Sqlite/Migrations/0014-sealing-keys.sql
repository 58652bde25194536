-- What tokens are sealed with, as Data Protection writes it.

CREATE TABLE sealing_keys (
    name  TEXT PRIMARY KEY,
    xml   TEXT NOT NULL
);
