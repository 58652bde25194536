-- Webhooks: who is told of which actions, what is to be told and how that went, and how far the feed was read for it.

CREATE TABLE webhook_subscriptions (
    id              TEXT NOT NULL PRIMARY KEY,
    project_id      TEXT NOT NULL,
    all_projects    INTEGER NOT NULL,
    user_id         TEXT NOT NULL,
    url             TEXT NOT NULL,
    filter          TEXT NOT NULL,
    events          TEXT NOT NULL,
    description     TEXT,
    address         TEXT NOT NULL,
    enabled         INTEGER NOT NULL,
    disabled_reason TEXT,
    failing_since   TEXT,
    since           TEXT NOT NULL,
    gap_at          TEXT,
    created_at      TEXT NOT NULL,
    updated_at      TEXT NOT NULL,
    secret          BLOB NOT NULL,
    former_secret   BLOB,
    former_until    TEXT
);
CREATE INDEX webhook_subscriptions_of_project ON webhook_subscriptions (project_id, id);
CREATE INDEX webhook_subscriptions_enabled ON webhook_subscriptions (id) WHERE enabled = 1;

CREATE TABLE webhook_deliveries (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    subscription_id TEXT NOT NULL,
    event_id        TEXT NOT NULL,
    type            TEXT NOT NULL,
    subject         TEXT NOT NULL,
    event           BLOB NOT NULL,
    state           TEXT NOT NULL,
    attempts        INTEGER NOT NULL,
    created_at      TEXT NOT NULL,
    next_attempt_at TEXT,
    last_attempt_at TEXT,
    duration_ms     INTEGER,
    response_status INTEGER,
    response        TEXT,
    error           TEXT
);
CREATE UNIQUE INDEX webhook_deliveries_of_event ON webhook_deliveries (subscription_id, event_id);
CREATE INDEX webhook_deliveries_of_subscription ON webhook_deliveries (subscription_id, id);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (subscription_id, next_attempt_at)
    WHERE next_attempt_at IS NOT NULL;

-- How far the feed was read, and which process reads it, until when.
CREATE TABLE webhook_feed (
    single          INTEGER NOT NULL PRIMARY KEY CHECK (single = 1),
    told            TEXT,
    holder          TEXT,
    held_until      TEXT
);
