-- How each router is, and when it is to be looked at next. A row is born with its router and gone with it; that there is
-- one for every router is the service's to see to.
--
-- With 100,000 routers looked at each minute, this table takes 1,700 claims and as many results a second. A claim moves
-- next_check_at, which has to be indexed, or each search for the few that are due would read the whole table; so a claim
-- writes both indexes. It sets the regular next look rather than a short lease, so that a result need not move
-- next_check_at again: it changes columns that are in no index and stays on its page (HOT), three tenths of which are kept
-- free. Claims come from the left end of the index, whose dead entries
-- the next search marks and a vacuum removes, which autovacuum begins once a fifth of the table is dead: each minute, at that
-- rate. No index holds the condition: a super admin's filter reads 100,000 rows in a tenth of a second, now and then, and an
-- index would cost every claim a third entry.
CREATE TABLE router_health (
    router_id     text COLLATE "C" PRIMARY KEY REFERENCES routers ON DELETE CASCADE,
    -- When the router is due; the epoch is before all others, and where it begins.
    next_check_at timestamptz(6) NOT NULL,
    -- What the last look found; null until the first.
    condition     text CHECK (condition IN ('online', 'unreachable', 'access_refused', 'certificate_unconfirmed',
                                            'certificate_changed', 'address_refused')),
    since         timestamptz(6),
    checked_at    timestamptz(6),
    error         text CHECK (error <> ''),
    -- The last answer, with the microseconds that it took and that the router's clock was ahead.
    contact_at    timestamptz(6),
    latency_us    bigint CHECK (latency_us >= 0),
    version       text,
    clock_skew_us bigint,
    -- A look says since when, and when; one that went well has no error and an answer, any other has an error.
    CONSTRAINT router_health_look CHECK (
        (condition IS NULL) = (since IS NULL) AND (condition IS NULL) = (checked_at IS NULL)
        AND (condition IS NULL OR condition = 'online') = (error IS NULL)
        AND (condition IS DISTINCT FROM 'online' OR contact_at IS NOT NULL)
    ),
    -- An answer has a moment, a latency and a version; the skew is the router's to tell.
    CONSTRAINT router_health_contact CHECK (
        (contact_at IS NULL) = (latency_us IS NULL) AND (contact_at IS NULL) = (version IS NULL)
        AND (clock_skew_us IS NULL OR contact_at IS NOT NULL)
        AND (contact_at IS NULL OR condition IS NOT NULL)
    )
) WITH (fillfactor = 70);
CREATE INDEX router_health_due ON router_health (next_check_at);
INSERT INTO router_health (router_id, next_check_at) SELECT id, 'epoch' FROM routers;

-- The last changes of condition, a few a router. They hang on the row above rather than on the router, so that a result
-- locks that row alone, and cannot wait in a circle with the deletion of its router.
CREATE TABLE router_health_changes (
    id        bigint GENERATED ALWAYS AS IDENTITY,
    router_id text COLLATE "C" NOT NULL REFERENCES router_health ON DELETE CASCADE,
    at        timestamptz(6) NOT NULL,
    condition text NOT NULL CHECK (condition IN ('online', 'unreachable', 'access_refused', 'certificate_unconfirmed',
                                                 'certificate_changed', 'address_refused')),
    error     text CHECK (error <> ''),
    -- What went well has no error, anything else has one.
    CONSTRAINT router_health_changes_error CHECK ((condition = 'online') = (error IS NULL)),
    PRIMARY KEY (router_id, id)
);

-- The list of the whole fleet.
CREATE INDEX routers_of_all_oldest_first ON routers (created_at, seq);
