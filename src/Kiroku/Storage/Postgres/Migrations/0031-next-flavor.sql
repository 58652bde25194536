-- The flavor that a running resize is to give a server: its project's quota counts it from the acceptance on.

ALTER TABLE servers ADD COLUMN next_flavor TEXT;
