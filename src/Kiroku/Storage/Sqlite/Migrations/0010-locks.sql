-- Who locked a server. Both columns are written with the record of the lock, never with a server's states.

ALTER TABLE servers ADD COLUMN locked_by TEXT;
ALTER TABLE servers ADD COLUMN locked_reason TEXT;

-- The image that the machine of a rescued server runs from instead of its own disk.
ALTER TABLE servers ADD COLUMN rescue_image_id TEXT;
