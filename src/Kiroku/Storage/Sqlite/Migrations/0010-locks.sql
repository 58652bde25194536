-- Who keeps a server from being changed. Both columns are written with the record of the lock, never with a server's states.

ALTER TABLE servers ADD COLUMN locked_by TEXT;
ALTER TABLE servers ADD COLUMN locked_reason TEXT;

-- While rescued: the image that the machine runs from instead of its own disk.
ALTER TABLE servers ADD COLUMN rescue_image_id TEXT;
