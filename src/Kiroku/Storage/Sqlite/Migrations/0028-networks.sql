-- The network that a host puts its machines on, as its node said it last. Null: a node of the version before.

ALTER TABLE nodes ADD COLUMN network TEXT;
