-- Projects that an image is shared with.

CREATE TABLE image_members (
    image_id    TEXT NOT NULL REFERENCES images(id),
    member_id   TEXT NOT NULL,
    status      TEXT NOT NULL,
    created_at  TEXT NOT NULL,
    updated_at  TEXT NOT NULL,
    PRIMARY KEY (image_id, member_id)
);

CREATE INDEX image_members_by_member ON image_members (member_id, status);
