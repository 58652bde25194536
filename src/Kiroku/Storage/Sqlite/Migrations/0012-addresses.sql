-- What is known of the addresses that a server's network gives it, as JSON.

ALTER TABLE servers ADD COLUMN addresses TEXT NOT NULL DEFAULT '[]';
