-- What a server was given by those who asked for it and is only kept and shown: tags, zone, host name and the like, as JSON.

ALTER TABLE servers ADD COLUMN labels TEXT NOT NULL DEFAULT '{}';
