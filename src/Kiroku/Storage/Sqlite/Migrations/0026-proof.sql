-- Who of the nodes proves what it asks of others: the process, as it says itself. Null, or another than the row's: one of a version before.

ALTER TABLE nodes ADD COLUMN sealing_silo TEXT;
