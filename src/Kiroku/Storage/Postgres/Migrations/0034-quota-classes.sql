-- Limits of quota classes. Those of the class default count for every project that has none of its own; Nova keeps other
-- classes, too, without any effect.

CREATE TABLE quota_classes (
    class_name TEXT COLLATE "C" NOT NULL,
    resource TEXT COLLATE "C" NOT NULL,
    hard_limit BIGINT NOT NULL,
    PRIMARY KEY (class_name, resource)
);
