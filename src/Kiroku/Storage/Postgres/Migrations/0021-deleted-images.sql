-- Ids of deleted images, which cannot be used again, because hosts may still have volumes of that name with the old
-- content.

CREATE TABLE deleted_images (
    id TEXT NOT NULL PRIMARY KEY
);
