-- Which config drive a server has, counted as its disks are.

ALTER TABLE servers ADD COLUMN config_generation INTEGER;
