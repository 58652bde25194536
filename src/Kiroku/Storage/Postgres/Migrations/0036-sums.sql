-- What servers take up, added up for each host and for each project: placing a server and checking a quota read these
-- few rows instead of all servers. Triggers keep the sums, so that no statement can forget them. An action that changes
-- neither hosts nor flavors touches no sum. A sum that comes down to nothing has no row.

CREATE TABLE host_sums (
    host        TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    servers     BIGINT NOT NULL,
    vcpus       BIGINT NOT NULL,
    memory_mib  BIGINT NOT NULL,
    disk_gib    BIGINT NOT NULL
);

CREATE TABLE project_sums (
    project_id  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    servers     BIGINT NOT NULL,
    vcpus       BIGINT NOT NULL,
    memory_mib  BIGINT NOT NULL
);

-- Nobody changes a server between the counting below and the triggers.
LOCK TABLE servers IN SHARE ROW EXCLUSIVE MODE;

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
    FROM servers WHERE deleted = 0 AND other_host IS NOT NULL) AS claims
GROUP BY host HAVING (sum(servers), sum(vcpus), sum(memory_mib), sum(disk_gib)) <> (0, 0, 0, 0);

-- The larger number of that name in a server's flavors: one that is resized counts with the largest of the present, the
-- former and the next. The text is searched, because PostgreSQL refuses JSON in which any string holds U+0000.
CREATE FUNCTION largest_in_flavors(size TEXT, VARIADIC flavors TEXT[]) RETURNS BIGINT LANGUAGE SQL IMMUTABLE AS $$
    SELECT coalesce(max(substring(flavor COLLATE "C" FROM '"' || size || '": *([0-9]+)')::bigint), 0)
    FROM unnest(flavors) AS flavor
$$;

INSERT INTO project_sums (project_id, servers, vcpus, memory_mib)
SELECT project_id, count(*), sum(largest_in_flavors('vcpus', flavor, former_flavor, next_flavor)),
    sum(largest_in_flavors('memory_mib', flavor, former_flavor, next_flavor))
FROM servers WHERE deleted = 0 GROUP BY project_id;

-- Rows of sums are locked in one order by all, so that no two wait for each other: hosts by name, then the project,
-- since triggers run in the order of their names.
CREATE FUNCTION keep_host_sums() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO host_sums AS kept (host, servers, vcpus, memory_mib, disk_gib)
    SELECT host, sum(servers), sum(vcpus), sum(memory_mib), sum(disk_gib)
    FROM (VALUES
        (OLD.deleted, OLD.host, -1, -OLD.claimed_vcpus, -OLD.claimed_memory_mib, -OLD.claimed_disk_gib),
        (OLD.deleted, OLD.other_host, 0, -OLD.other_vcpus, -OLD.other_memory_mib, -OLD.other_disk_gib),
        (NEW.deleted, NEW.host, 1, NEW.claimed_vcpus, NEW.claimed_memory_mib, NEW.claimed_disk_gib),
        (NEW.deleted, NEW.other_host, 0, NEW.other_vcpus, NEW.other_memory_mib, NEW.other_disk_gib)
    ) AS claims (deleted, host, servers, vcpus, memory_mib, disk_gib)
    WHERE deleted = 0 AND host IS NOT NULL
    GROUP BY host HAVING (sum(servers), sum(vcpus), sum(memory_mib), sum(disk_gib)) <> (0, 0, 0, 0)
    ORDER BY host
    ON CONFLICT (host) DO UPDATE SET servers = kept.servers + EXCLUDED.servers, vcpus = kept.vcpus + EXCLUDED.vcpus,
        memory_mib = kept.memory_mib + EXCLUDED.memory_mib, disk_gib = kept.disk_gib + EXCLUDED.disk_gib;
    DELETE FROM host_sums WHERE host IN (OLD.host, OLD.other_host)
        AND (servers, vcpus, memory_mib, disk_gib) = (0, 0, 0, 0);
    RETURN NULL;
END
$$;

CREATE FUNCTION keep_project_sums() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO project_sums AS kept (project_id, servers, vcpus, memory_mib)
    SELECT project_id, sum(servers), sum(vcpus), sum(memory_mib)
    FROM (VALUES
        (OLD.deleted, OLD.project_id, -1, -largest_in_flavors('vcpus', OLD.flavor, OLD.former_flavor, OLD.next_flavor),
            -largest_in_flavors('memory_mib', OLD.flavor, OLD.former_flavor, OLD.next_flavor)),
        (NEW.deleted, NEW.project_id, 1, largest_in_flavors('vcpus', NEW.flavor, NEW.former_flavor, NEW.next_flavor),
            largest_in_flavors('memory_mib', NEW.flavor, NEW.former_flavor, NEW.next_flavor))
    ) AS counts (deleted, project_id, servers, vcpus, memory_mib)
    WHERE deleted = 0
    GROUP BY project_id HAVING (sum(servers), sum(vcpus), sum(memory_mib)) <> (0, 0, 0)
    ORDER BY project_id
    ON CONFLICT (project_id) DO UPDATE SET servers = kept.servers + EXCLUDED.servers,
        vcpus = kept.vcpus + EXCLUDED.vcpus, memory_mib = kept.memory_mib + EXCLUDED.memory_mib;
    DELETE FROM project_sums WHERE project_id = OLD.project_id AND servers = 0;
    RETURN NULL;
END
$$;

CREATE TRIGGER servers_host_sums_delete AFTER DELETE ON servers FOR EACH ROW
WHEN (OLD.deleted = 0 AND (OLD.host IS NOT NULL OR OLD.other_host IS NOT NULL)) EXECUTE FUNCTION keep_host_sums();

CREATE TRIGGER servers_host_sums_insert AFTER INSERT ON servers FOR EACH ROW
WHEN (NEW.deleted = 0 AND (NEW.host IS NOT NULL OR NEW.other_host IS NOT NULL)) EXECUTE FUNCTION keep_host_sums();

CREATE TRIGGER servers_host_sums_update AFTER UPDATE ON servers FOR EACH ROW
WHEN ((OLD.deleted, OLD.host, OLD.claimed_vcpus, OLD.claimed_memory_mib, OLD.claimed_disk_gib,
        OLD.other_host, OLD.other_vcpus, OLD.other_memory_mib, OLD.other_disk_gib)
    IS DISTINCT FROM (NEW.deleted, NEW.host, NEW.claimed_vcpus, NEW.claimed_memory_mib, NEW.claimed_disk_gib,
        NEW.other_host, NEW.other_vcpus, NEW.other_memory_mib, NEW.other_disk_gib))
EXECUTE FUNCTION keep_host_sums();

CREATE TRIGGER servers_project_sums_delete AFTER DELETE ON servers FOR EACH ROW
WHEN (OLD.deleted = 0) EXECUTE FUNCTION keep_project_sums();

CREATE TRIGGER servers_project_sums_insert AFTER INSERT ON servers FOR EACH ROW
WHEN (NEW.deleted = 0) EXECUTE FUNCTION keep_project_sums();

CREATE TRIGGER servers_project_sums_update AFTER UPDATE ON servers FOR EACH ROW
WHEN ((OLD.deleted, OLD.project_id, OLD.flavor, OLD.former_flavor, OLD.next_flavor)
    IS DISTINCT FROM (NEW.deleted, NEW.project_id, NEW.flavor, NEW.former_flavor, NEW.next_flavor))
EXECUTE FUNCTION keep_project_sums();
