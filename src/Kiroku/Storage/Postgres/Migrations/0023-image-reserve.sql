-- How many bytes of its owner's quota a running upload has reserved. Counts while the image is saving.

ALTER TABLE images ADD COLUMN reserved BIGINT;

-- For counting the images of a project, which each new image does.
CREATE INDEX images_by_owner ON images (owner);
