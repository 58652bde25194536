-- The keys that encrypt tokens, as Data Protection writes them.

CREATE TABLE sealing_keys (
    name  TEXT COLLATE "C" PRIMARY KEY,
    xml   TEXT COLLATE "C" NOT NULL
);
