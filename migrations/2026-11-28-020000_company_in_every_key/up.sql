-- The company is the first column of every key of a tenant's table, and of every foreign key between such tables. A statement
-- that forgets the company finds no index, a row of one company cannot refer to a row of another, and the tables can be spread
-- over machines by company one day. Global are companies.id, the users with their e-mails, and their sessions.

ALTER TABLE router_health_changes DROP CONSTRAINT router_health_changes_router_id_fkey;
ALTER TABLE router_health DROP CONSTRAINT router_health_router_id_fkey;
ALTER TABLE api_keys DROP CONSTRAINT api_keys_router_id_company_id_fkey;
ALTER TABLE products DROP CONSTRAINT products_router_id_company_id_fkey;

ALTER TABLE routers
    DROP CONSTRAINT routers_of_company,
    DROP CONSTRAINT routers_pkey,
    ADD PRIMARY KEY (company_id, id),
    -- No two companies of one database share a router's id: a process keeps its sessions with routers, and its limits, by the
    -- router's id alone. Where data is spread by company this constraint goes, and those keys gain the company before.
    ADD CONSTRAINT routers_one_id_per_database UNIQUE (id);

ALTER TABLE api_keys
    DROP CONSTRAINT api_keys_pkey,
    ADD PRIMARY KEY (company_id, id),
    -- One record answers for one token.
    DROP CONSTRAINT api_keys_token_sha256_key,
    ADD CONSTRAINT api_keys_one_per_token UNIQUE (company_id, token_sha256),
    -- A key belongs to a router of its company.
    ADD CONSTRAINT api_keys_router FOREIGN KEY (company_id, router_id) REFERENCES routers ON DELETE RESTRICT;
DROP INDEX api_keys_one_unrevoked, api_keys_newest_first, api_keys_unrevoked_of_company;
-- A router has at most one unrevoked key, whatever the service believes.
CREATE UNIQUE INDEX api_keys_one_unrevoked ON api_keys (company_id, router_id) WHERE revoked_at IS NULL;
CREATE INDEX api_keys_newest_first ON api_keys (company_id, router_id, issued_at DESC, seq DESC);
-- Counts a company's active keys from the index alone.
CREATE INDEX api_keys_unrevoked_by_expiry ON api_keys (company_id, expires_at) WHERE revoked_at IS NULL;

ALTER TABLE products
    DROP CONSTRAINT products_pkey,
    ADD PRIMARY KEY (company_id, id),
    DROP CONSTRAINT products_one_per_profile,
    ADD CONSTRAINT products_one_per_profile UNIQUE (company_id, router_id, profile_name),
    -- A product belongs to a router of its company. A router with products stays.
    ADD CONSTRAINT products_router FOREIGN KEY (company_id, router_id) REFERENCES routers ON DELETE RESTRICT;
DROP INDEX products_on_sale;
CREATE INDEX products_on_sale ON products (company_id, router_id, position, featured DESC, created_at, id) WHERE active;

-- The time is part of the primary key, so that the table can be divided by month later. Read backwards, the key is the list of
-- a company's sales from the newest to the oldest.
ALTER TABLE transactions
    DROP CONSTRAINT transactions_pkey,
    ADD PRIMARY KEY (company_id, created_at, id),
    -- One payment of a company is one row. Another company's gateway account may use the same reference.
    DROP CONSTRAINT transactions_reference_key,
    ADD CONSTRAINT transactions_one_per_reference UNIQUE (company_id, reference);
DROP INDEX transactions_newest_first;

ALTER TABLE router_health ADD COLUMN company_id text COLLATE "C";
UPDATE router_health SET company_id = routers.company_id FROM routers WHERE routers.id = router_health.router_id;
ALTER TABLE router_health
    ALTER COLUMN company_id SET NOT NULL,
    DROP CONSTRAINT router_health_pkey,
    ADD PRIMARY KEY (company_id, router_id),
    ADD CONSTRAINT router_health_router FOREIGN KEY (company_id, router_id) REFERENCES routers ON DELETE CASCADE;

ALTER TABLE router_health_changes ADD COLUMN company_id text COLLATE "C";
UPDATE router_health_changes SET company_id = routers.company_id FROM routers
    WHERE routers.id = router_health_changes.router_id;
ALTER TABLE router_health_changes
    ALTER COLUMN company_id SET NOT NULL,
    DROP CONSTRAINT router_health_changes_pkey,
    ADD PRIMARY KEY (company_id, router_id, id),
    -- The parent is the router's health and not the router, so that writing a result locks that row alone and cannot deadlock
    -- with the router's deletion.
    ADD CONSTRAINT router_health_changes_health FOREIGN KEY (company_id, router_id) REFERENCES router_health
        ON DELETE CASCADE;
