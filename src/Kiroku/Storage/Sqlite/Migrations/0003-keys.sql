-- The answers to accepted requests with an Idempotency-Key, each written in the transaction that accepts its request.

CREATE TABLE kept_answers (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id         TEXT NOT NULL,
    project_id      TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    request_hash    TEXT NOT NULL,
    request_id      TEXT NOT NULL,
    status          INTEGER NOT NULL,
    location        TEXT,
    body            TEXT,
    expires_at      TEXT NOT NULL
);

CREATE UNIQUE INDEX kept_answers_by_key ON kept_answers (user_id, project_id, idempotency_key);
CREATE INDEX kept_answers_by_expiry ON kept_answers (expires_at);
