-- The output of the host's own command of that name.

ALTER TABLE nodes ADD COLUMN uptime TEXT;
