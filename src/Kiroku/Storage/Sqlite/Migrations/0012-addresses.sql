-- The known addresses of a server in its network, as JSON.

ALTER TABLE servers ADD COLUMN addresses TEXT NOT NULL DEFAULT '[]';
