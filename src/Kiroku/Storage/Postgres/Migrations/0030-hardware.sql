-- What a server's image, and the image that it is rescued from, ask of its machine, as the server took it up: an object
-- with the image's id and its properties. Null: nothing, or a server that a node of the version before made or rebuilt.
-- And the hardware that a host can give its machines, as its node said it last. Null: a node of the version before.

ALTER TABLE servers ADD COLUMN image_wishes TEXT COLLATE "C";
ALTER TABLE servers ADD COLUMN rescue_wishes TEXT COLLATE "C";
ALTER TABLE nodes ADD COLUMN abilities TEXT COLLATE "C";
