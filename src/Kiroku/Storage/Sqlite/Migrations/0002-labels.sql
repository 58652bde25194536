-- What requests gave a server and what is only stored and shown: tags, zone, host name and the like, as JSON.

ALTER TABLE servers ADD COLUMN labels TEXT NOT NULL DEFAULT '{}';
