-- Where users have signed in from: there the failures of strangers do not count against them. An address is an IPv4
-- address, or the first 64 bits of an IPv6 one in hex. No reference to users: a node of the version before deletes those
-- without a look at this table.

CREATE TABLE known_addresses (
    user_id TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    seen_at TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (user_id, address)
);
