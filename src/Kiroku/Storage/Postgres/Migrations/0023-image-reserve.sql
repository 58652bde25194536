-- How many bytes of its owner's quota an upload that runs has taken for what comes; counts while the image is saving.

ALTER TABLE images ADD COLUMN reserved BIGINT;

-- What a project has of images is counted with each new one.
CREATE INDEX images_by_owner ON images (owner);
