-- Links that sign a browser in to the page, once (ADR 42). A row goes when its link is used, or has expired and another
-- one is made. hash is that of the secret in the link, which nobody keeps; session has the token, sealed. There is no
-- reference to users, whom a Keystone may have.

CREATE TABLE sign_in_links (
    hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id TEXT COLLATE "C" NOT NULL,
    session TEXT COLLATE "C" NOT NULL,
    expires_at TEXT COLLATE "C" NOT NULL
);
