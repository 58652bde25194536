-- Which actions were there already when a subscription was made or enabled: their beginnings are not told. Null in rows
-- of before, where the clock tells.

ALTER TABLE webhook_subscriptions ADD COLUMN begun_after BIGINT;
