-- The order in which nodes watch each other, and those among them that take no new work. None of these columns changes
-- with a sign of life, so that one need not touch an index.

CREATE INDEX nodes_in_order ON nodes (folder, name) WHERE silo IS NOT NULL;
CREATE INDEX nodes_draining ON nodes (silo) WHERE draining = 1;
