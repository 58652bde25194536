-- The process that has recorded that it seals its calls. Null, or another process than the row's, means a node of an
-- earlier version.

ALTER TABLE nodes ADD COLUMN sealing_silo TEXT;
