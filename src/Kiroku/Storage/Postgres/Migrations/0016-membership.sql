-- The processes that form one service. The engine's provider looks up its statements here by these names. The names
-- are the provider's contract; the statements are ours. All times are the server's, whose clock is the only one that
-- nodes share.

CREATE TABLE membership (
    cluster     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    version     INTEGER NOT NULL
);

CREATE TABLE members (
    cluster     TEXT COLLATE "C" NOT NULL REFERENCES membership (cluster),
    address     TEXT COLLATE "C" NOT NULL,
    port        INTEGER NOT NULL,
    generation  INTEGER NOT NULL,
    name        TEXT COLLATE "C" NOT NULL,
    machine     TEXT COLLATE "C" NOT NULL,
    status      INTEGER NOT NULL,
    proxy_port  INTEGER NOT NULL,
    suspects    TEXT COLLATE "C",
    started_at  TIMESTAMPTZ NOT NULL,
    alive_at    TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (cluster, address, port, generation)
);

CREATE TABLE OrleansQuery (
    QueryKey    TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    QueryText   TEXT COLLATE "C" NOT NULL
);

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES
('InsertMembershipVersionKey', $q$
    WITH made AS (INSERT INTO membership (cluster, version) VALUES (@DeploymentId, 0) ON CONFLICT (cluster) DO NOTHING RETURNING 1)
    SELECT EXISTS (SELECT 1 FROM made)
$q$),
('MembershipReadAllKey', $q$
    SELECT s.version AS Version, m.address AS Address, m.port AS Port, m.generation AS Generation, m.name AS SiloName, m.machine AS HostName,
        m.status AS Status, m.proxy_port AS ProxyPort, m.suspects AS SuspectTimes, m.started_at AS StartTime, m.alive_at AS IAmAliveTime
    FROM membership s LEFT JOIN members m ON m.cluster = s.cluster
    WHERE s.cluster = @DeploymentId
$q$),
('MembershipReadRowKey', $q$
    SELECT s.version AS Version, m.address AS Address, m.port AS Port, m.generation AS Generation, m.name AS SiloName, m.machine AS HostName,
        m.status AS Status, m.proxy_port AS ProxyPort, m.suspects AS SuspectTimes, m.started_at AS StartTime, m.alive_at AS IAmAliveTime
    FROM membership s LEFT JOIN members m ON m.cluster = s.cluster AND m.address = @Address AND m.port = @Port AND m.generation = @Generation
    WHERE s.cluster = @DeploymentId
$q$),
('InsertMembershipKey', $q$
    WITH turn AS (
        UPDATE membership SET version = version + 1
        WHERE cluster = @DeploymentId AND version = @Version AND NOT EXISTS (
            SELECT 1 FROM members WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
        RETURNING 1
    ), made AS (
        INSERT INTO members (cluster, address, port, generation, name, machine, status, proxy_port, started_at, alive_at)
        SELECT @DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, now(), now() FROM turn
        RETURNING 1
    )
    SELECT EXISTS (SELECT 1 FROM made)
$q$),
-- A member that changes its own state is alive; another's vote or declaration of death does not show that.
('UpdateMembershipKey', $q$
    WITH turn AS (
        UPDATE membership SET version = version + 1
        WHERE cluster = @DeploymentId AND version = @Version AND EXISTS (
            SELECT 1 FROM members WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
        RETURNING 1
    ), changed AS (
        UPDATE members SET
            status = @Status, suspects = @SuspectTimes,
            alive_at = CASE WHEN status = @Status OR @Status = 6 THEN alive_at ELSE now() END
        WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation AND EXISTS (SELECT 1 FROM turn)
        RETURNING 1
    )
    SELECT EXISTS (SELECT 1 FROM changed)
$q$),
('UpdateIAmAlivetimeKey', $q$
    UPDATE members SET alive_at = now()
    WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
$q$),
('CleanupDefunctSiloEntriesKey', $q$
    DELETE FROM members WHERE cluster = @DeploymentId AND status = 6 AND alive_at < @IAmAliveTime
$q$),
('DeleteMembershipTableEntriesKey', $q$
    WITH gone AS (DELETE FROM members WHERE cluster = @DeploymentId)
    UPDATE membership SET version = version + 1 WHERE cluster = @DeploymentId
$q$),
('GatewaysQueryKey', $q$
    SELECT address AS Address, proxy_port AS ProxyPort, generation AS Generation FROM members
    WHERE cluster = @DeploymentId AND status = @Status AND proxy_port > 0
$q$);
