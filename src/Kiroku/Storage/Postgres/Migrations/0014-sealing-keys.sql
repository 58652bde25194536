-- What tokens are sealed with, as Data Protection writes it.

CREATE TABLE sealing_keys (
    name  TEXT COLLATE "C" PRIMARY KEY,
    xml   TEXT COLLATE "C" NOT NULL
);
