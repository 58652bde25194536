-- A process that accepts a request holds its member's row FOR KEY SHARE until that is durable. Signs of life and a
-- member's own changes of state do not wait for that, but declaring it dead does. So a process that counts as dead
-- accepts nothing.

UPDATE OrleansQuery SET QueryText = $q$
    WITH turn AS (
        UPDATE membership SET version = version + 1
        WHERE cluster = @DeploymentId AND version = @Version AND EXISTS (
            SELECT 1 FROM members WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
        RETURNING 1
    ), sentenced AS (
        SELECT 1 FROM members
        WHERE @Status = 6 AND cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation AND EXISTS (SELECT 1 FROM turn)
        FOR UPDATE
    ), changed AS (
        UPDATE members SET
            status = @Status, suspects = @SuspectTimes,
            alive_at = CASE WHEN status = @Status OR @Status = 6 THEN alive_at ELSE now() END
        WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation AND EXISTS (SELECT 1 FROM turn)
            AND (@Status <> 6 OR EXISTS (SELECT 1 FROM sentenced))
        RETURNING 1
    )
    SELECT EXISTS (SELECT 1 FROM changed)
$q$ WHERE QueryKey = 'UpdateMembershipKey';
