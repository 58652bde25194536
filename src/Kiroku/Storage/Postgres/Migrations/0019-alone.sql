-- Writes that must run one at a time lock this table first, so that those that wait do no work in vain. It has no
-- rows.

CREATE TABLE IF NOT EXISTS alone ();
