-- The record's rows, second generation: one for each action, with its attempts in one column. Ids are 16 bytes, times
-- are microseconds since 1970. The rows of the first generation move here while the service runs, with their ids, so
-- new ids begin after theirs.

CREATE TABLE records (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    server      BLOB NOT NULL,
    request     BLOB NOT NULL,
    action      TEXT NOT NULL,
    user_id     BLOB,
    project_id  BLOB,
    started     INTEGER NOT NULL,
    changed     INTEGER NOT NULL,
    outcome     INTEGER NOT NULL,
    failing     INTEGER NOT NULL,
    resting     INTEGER NOT NULL,
    arguments   TEXT,
    attempts    TEXT NOT NULL,
    position    INTEGER NOT NULL
);

INSERT INTO sqlite_sequence (name, seq) SELECT 'records', seq FROM sqlite_sequence WHERE name = 'actions';

CREATE UNIQUE INDEX records_by_request ON records (server, request);
CREATE INDEX records_of_server ON records (server, id);

-- Changes of actions in the order in which they became visible. Rows that have moved here have no position.
CREATE INDEX records_by_position ON records (position, id) WHERE position > 0;

-- The generation of the store, which positions are valid for, and the greatest position of a row that was removed.
CREATE TABLE feed (
    single      INTEGER NOT NULL PRIMARY KEY CHECK (single = 1),
    generation  TEXT NOT NULL,
    removed     INTEGER NOT NULL DEFAULT 0
);

CREATE TRIGGER records_removed AFTER DELETE ON records WHEN old.position > (SELECT removed FROM feed)
BEGIN
    UPDATE feed SET removed = old.position;
END;

-- The generation, and the first position that was not given out.
CREATE VIEW feed_now AS
SELECT generation, 1 + max(
    removed, coalesce((SELECT max(position) FROM records WHERE position > 0), 0)) AS horizon
FROM feed;

ALTER TABLE action_events RENAME TO earlier_action_events;
ALTER TABLE actions RENAME TO earlier_actions;
