-- What the host's own command of that name would say.

ALTER TABLE nodes ADD COLUMN uptime TEXT;
