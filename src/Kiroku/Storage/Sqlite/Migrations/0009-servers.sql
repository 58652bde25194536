-- The generation of a server's config drive, as of its disk.

ALTER TABLE servers ADD COLUMN config_generation INTEGER;
