-- The trace that an action is part of. Empty: that of its request's id, as the caller named none. 25 bytes: the caller's
-- trace, the span that the action is a child of, and the flags (W3C Trace Context). Actions of before have none.

ALTER TABLE records ADD COLUMN trace BLOB;
