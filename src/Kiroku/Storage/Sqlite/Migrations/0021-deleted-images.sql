-- Ids that no image can have any more: on hosts, volumes named by them may hold what the deleted ones were.

CREATE TABLE deleted_images (
    id TEXT NOT NULL PRIMARY KEY
);
