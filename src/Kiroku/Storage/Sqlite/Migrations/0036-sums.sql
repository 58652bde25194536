-- What servers take up, added up for each host and for each project: placing a server and checking a quota read these
-- few rows instead of all servers. Triggers keep the sums, so that no statement can forget them. An action that changes
-- neither hosts nor flavors touches no sum. A sum that comes down to nothing has no row.

CREATE TABLE host_sums (
    host        TEXT NOT NULL PRIMARY KEY,
    servers     INTEGER NOT NULL,
    vcpus       INTEGER NOT NULL,
    memory_mib  INTEGER NOT NULL,
    disk_gib    INTEGER NOT NULL
);

CREATE TABLE project_sums (
    project_id  TEXT NOT NULL PRIMARY KEY,
    servers     INTEGER NOT NULL,
    vcpus       INTEGER NOT NULL,
    memory_mib  INTEGER NOT NULL
);

-- Versions before 0031 ended resizes without a word of the next flavor.
UPDATE servers SET next_flavor = NULL WHERE next_flavor IS NOT NULL AND running_action IS NULL;

-- A server that moves, or may move back, claims room on two hosts.
INSERT INTO host_sums (host, servers, vcpus, memory_mib, disk_gib)
SELECT host, sum(servers), sum(vcpus), sum(memory_mib), sum(disk_gib)
FROM (
    SELECT host, 1 AS servers, claimed_vcpus AS vcpus, claimed_memory_mib AS memory_mib, claimed_disk_gib AS disk_gib
    FROM servers WHERE deleted = 0 AND host IS NOT NULL
    UNION ALL
    SELECT other_host, 0, other_vcpus, other_memory_mib, other_disk_gib
    FROM servers WHERE deleted = 0 AND other_host IS NOT NULL)
GROUP BY host HAVING (sum(servers), sum(vcpus), sum(memory_mib), sum(disk_gib)) <> (0, 0, 0, 0);

-- A server that is resized counts with the largest of its flavors: the present, the former and the next one.
INSERT INTO project_sums (project_id, servers, vcpus, memory_mib)
SELECT project_id, count(*),
    sum(max(ifnull(flavor ->> 'vcpus', 0),
        ifnull(former_flavor ->> 'vcpus', 0), ifnull(next_flavor ->> 'vcpus', 0))),
    sum(max(ifnull(flavor ->> 'memory_mib', 0),
        ifnull(former_flavor ->> 'memory_mib', 0), ifnull(next_flavor ->> 'memory_mib', 0)))
FROM servers WHERE deleted = 0 GROUP BY project_id;

CREATE TRIGGER servers_host_sums_insert AFTER INSERT ON servers
WHEN new.deleted = 0 AND (new.host IS NOT NULL OR new.other_host IS NOT NULL)
BEGIN
    INSERT INTO host_sums (host, servers, vcpus, memory_mib, disk_gib)
    SELECT host, sum(servers), sum(vcpus), sum(memory_mib), sum(disk_gib)
    FROM (
        SELECT new.host AS host, 1 AS servers, new.claimed_vcpus AS vcpus, new.claimed_memory_mib AS memory_mib,
            new.claimed_disk_gib AS disk_gib
        UNION ALL
        SELECT new.other_host, 0, new.other_vcpus, new.other_memory_mib, new.other_disk_gib)
    WHERE host IS NOT NULL
    GROUP BY host HAVING (sum(servers), sum(vcpus), sum(memory_mib), sum(disk_gib)) <> (0, 0, 0, 0)
    ON CONFLICT (host) DO UPDATE SET servers = host_sums.servers + excluded.servers,
        vcpus = host_sums.vcpus + excluded.vcpus, memory_mib = host_sums.memory_mib + excluded.memory_mib,
        disk_gib = host_sums.disk_gib + excluded.disk_gib;
END;

CREATE TRIGGER servers_host_sums_update AFTER UPDATE OF deleted, host, claimed_vcpus, claimed_memory_mib,
    claimed_disk_gib, other_host, other_vcpus, other_memory_mib, other_disk_gib ON servers
WHEN (old.deleted, old.host, old.claimed_vcpus, old.claimed_memory_mib, old.claimed_disk_gib,
        old.other_host, old.other_vcpus, old.other_memory_mib, old.other_disk_gib)
    IS NOT (new.deleted, new.host, new.claimed_vcpus, new.claimed_memory_mib, new.claimed_disk_gib,
        new.other_host, new.other_vcpus, new.other_memory_mib, new.other_disk_gib)
BEGIN
    INSERT INTO host_sums (host, servers, vcpus, memory_mib, disk_gib)
    SELECT host, sum(servers), sum(vcpus), sum(memory_mib), sum(disk_gib)
    FROM (
        SELECT old.deleted AS deleted, old.host AS host, -1 AS servers, -old.claimed_vcpus AS vcpus,
            -old.claimed_memory_mib AS memory_mib, -old.claimed_disk_gib AS disk_gib
        UNION ALL
        SELECT old.deleted, old.other_host, 0, -old.other_vcpus, -old.other_memory_mib, -old.other_disk_gib
        UNION ALL
        SELECT new.deleted, new.host, 1, new.claimed_vcpus, new.claimed_memory_mib, new.claimed_disk_gib
        UNION ALL
        SELECT new.deleted, new.other_host, 0, new.other_vcpus, new.other_memory_mib, new.other_disk_gib)
    WHERE deleted = 0 AND host IS NOT NULL
    GROUP BY host HAVING (sum(servers), sum(vcpus), sum(memory_mib), sum(disk_gib)) <> (0, 0, 0, 0)
    ON CONFLICT (host) DO UPDATE SET servers = host_sums.servers + excluded.servers,
        vcpus = host_sums.vcpus + excluded.vcpus, memory_mib = host_sums.memory_mib + excluded.memory_mib,
        disk_gib = host_sums.disk_gib + excluded.disk_gib;
    DELETE FROM host_sums WHERE host IN (old.host, old.other_host)
        AND (servers, vcpus, memory_mib, disk_gib) = (0, 0, 0, 0);
END;

CREATE TRIGGER servers_host_sums_delete AFTER DELETE ON servers
WHEN old.deleted = 0 AND (old.host IS NOT NULL OR old.other_host IS NOT NULL)
BEGIN
    UPDATE host_sums SET servers = servers - 1, vcpus = vcpus - old.claimed_vcpus,
        memory_mib = memory_mib - old.claimed_memory_mib, disk_gib = disk_gib - old.claimed_disk_gib
    WHERE host = old.host;
    UPDATE host_sums SET vcpus = vcpus - old.other_vcpus, memory_mib = memory_mib - old.other_memory_mib,
        disk_gib = disk_gib - old.other_disk_gib
    WHERE host = old.other_host;
    DELETE FROM host_sums WHERE host IN (old.host, old.other_host)
        AND (servers, vcpus, memory_mib, disk_gib) = (0, 0, 0, 0);
END;

CREATE TRIGGER servers_project_sums_insert AFTER INSERT ON servers WHEN new.deleted = 0
BEGIN
    INSERT INTO project_sums (project_id, servers, vcpus, memory_mib)
    VALUES (new.project_id, 1,
        max(ifnull(new.flavor ->> 'vcpus', 0),
            ifnull(new.former_flavor ->> 'vcpus', 0), ifnull(new.next_flavor ->> 'vcpus', 0)),
        max(ifnull(new.flavor ->> 'memory_mib', 0),
            ifnull(new.former_flavor ->> 'memory_mib', 0), ifnull(new.next_flavor ->> 'memory_mib', 0)))
    ON CONFLICT (project_id) DO UPDATE SET servers = project_sums.servers + excluded.servers,
        vcpus = project_sums.vcpus + excluded.vcpus, memory_mib = project_sums.memory_mib + excluded.memory_mib;
END;

CREATE TRIGGER servers_project_sums_update AFTER UPDATE OF deleted, project_id, flavor, former_flavor, next_flavor
ON servers
WHEN (old.deleted, old.project_id, old.flavor, old.former_flavor, old.next_flavor)
    IS NOT (new.deleted, new.project_id, new.flavor, new.former_flavor, new.next_flavor)
BEGIN
    INSERT INTO project_sums (project_id, servers, vcpus, memory_mib)
    SELECT project_id, sum(servers), sum(vcpus), sum(memory_mib)
    FROM (
        SELECT old.deleted AS deleted, old.project_id AS project_id, -1 AS servers,
            -max(ifnull(old.flavor ->> 'vcpus', 0),
                ifnull(old.former_flavor ->> 'vcpus', 0), ifnull(old.next_flavor ->> 'vcpus', 0)) AS vcpus,
            -max(ifnull(old.flavor ->> 'memory_mib', 0), ifnull(old.former_flavor ->> 'memory_mib', 0),
                ifnull(old.next_flavor ->> 'memory_mib', 0)) AS memory_mib
        UNION ALL
        SELECT new.deleted, new.project_id, 1,
            max(ifnull(new.flavor ->> 'vcpus', 0),
                ifnull(new.former_flavor ->> 'vcpus', 0), ifnull(new.next_flavor ->> 'vcpus', 0)),
            max(ifnull(new.flavor ->> 'memory_mib', 0), ifnull(new.former_flavor ->> 'memory_mib', 0),
                ifnull(new.next_flavor ->> 'memory_mib', 0)))
    WHERE deleted = 0
    GROUP BY project_id HAVING (sum(servers), sum(vcpus), sum(memory_mib)) <> (0, 0, 0)
    ON CONFLICT (project_id) DO UPDATE SET servers = project_sums.servers + excluded.servers,
        vcpus = project_sums.vcpus + excluded.vcpus, memory_mib = project_sums.memory_mib + excluded.memory_mib;
    DELETE FROM project_sums WHERE project_id = old.project_id AND servers = 0;
END;

CREATE TRIGGER servers_project_sums_delete AFTER DELETE ON servers WHEN old.deleted = 0
BEGIN
    UPDATE project_sums SET servers = servers - 1,
        vcpus = vcpus - max(ifnull(old.flavor ->> 'vcpus', 0),
            ifnull(old.former_flavor ->> 'vcpus', 0), ifnull(old.next_flavor ->> 'vcpus', 0)),
        memory_mib = memory_mib - max(ifnull(old.flavor ->> 'memory_mib', 0),
            ifnull(old.former_flavor ->> 'memory_mib', 0), ifnull(old.next_flavor ->> 'memory_mib', 0))
    WHERE project_id = old.project_id;
    DELETE FROM project_sums WHERE project_id = old.project_id AND servers = 0;
END;
