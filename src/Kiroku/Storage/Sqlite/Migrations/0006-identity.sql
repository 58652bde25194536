-- Identity as in Keystone: attributes of projects and users, further roles, roles in the domain, and application
-- credentials. The three built-in roles have the same ids everywhere (Identity/Accounts/Account.cs).

ALTER TABLE projects ADD COLUMN description TEXT DEFAULT '';
ALTER TABLE projects ADD COLUMN parent_id TEXT REFERENCES projects(id);
ALTER TABLE projects ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE projects ADD COLUMN immutable INTEGER NOT NULL DEFAULT 0;
ALTER TABLE projects ADD COLUMN extra TEXT NOT NULL DEFAULT '{}';

CREATE INDEX projects_by_parent ON projects (parent_id);

ALTER TABLE users ADD COLUMN default_project_id TEXT;
ALTER TABLE users ADD COLUMN extra TEXT NOT NULL DEFAULT '{}';

CREATE TABLE roles (
    id          TEXT NOT NULL PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,
    description TEXT,
    immutable   INTEGER NOT NULL DEFAULT 0,
    extra       TEXT NOT NULL DEFAULT '{}'
);

INSERT INTO roles (id, name, immutable) VALUES
    ('39b9e2aed973304198aa23a9433f56d8', 'admin', 1),
    ('730c91b1c59acccfbaab6d83f36770d6', 'member', 1),
    ('9eaac4ca01f001ae4611abff8b762024', 'reader', 1);

-- scope_id is a project's id or, for a role in the domain, the domain's.
CREATE TABLE assigned_roles (
    user_id     TEXT NOT NULL REFERENCES users(id),
    scope_id    TEXT NOT NULL,
    role_id     TEXT NOT NULL REFERENCES roles(id),
    PRIMARY KEY (user_id, scope_id, role_id)
);

INSERT INTO assigned_roles (user_id, scope_id, role_id)
    SELECT a.user_id, a.project_id, r.id FROM role_assignments a JOIN roles r ON r.name = a.role;
DROP TABLE role_assignments;
ALTER TABLE assigned_roles RENAME TO role_assignments;

CREATE INDEX role_assignments_by_scope ON role_assignments (scope_id);
CREATE INDEX role_assignments_by_role ON role_assignments (role_id);

CREATE TABLE application_credentials (
    id              TEXT NOT NULL PRIMARY KEY,
    user_id         TEXT NOT NULL REFERENCES users(id),
    project_id      TEXT NOT NULL REFERENCES projects(id),
    name            TEXT NOT NULL,
    secret_hash     TEXT NOT NULL,
    description     TEXT,
    expires_at      TEXT,
    unrestricted    INTEGER NOT NULL DEFAULT 0,
    created_at      TEXT NOT NULL,
    UNIQUE (user_id, name)
);

CREATE INDEX application_credentials_by_project ON application_credentials (project_id);

CREATE TABLE application_credential_roles (
    application_credential_id   TEXT NOT NULL REFERENCES application_credentials(id),
    role_id                     TEXT NOT NULL REFERENCES roles(id),
    PRIMARY KEY (application_credential_id, role_id)
);

CREATE INDEX application_credential_roles_by_role ON application_credential_roles (role_id);
