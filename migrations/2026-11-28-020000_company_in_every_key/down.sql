ALTER TABLE router_health_changes DROP CONSTRAINT router_health_changes_health;
ALTER TABLE router_health DROP CONSTRAINT router_health_router;
ALTER TABLE api_keys DROP CONSTRAINT api_keys_router;
ALTER TABLE products DROP CONSTRAINT products_router;

ALTER TABLE routers
    DROP CONSTRAINT routers_one_id_per_database,
    DROP CONSTRAINT routers_pkey,
    ADD PRIMARY KEY (id),
    ADD CONSTRAINT routers_of_company UNIQUE (id, company_id);

DROP INDEX api_keys_one_unrevoked, api_keys_newest_first, api_keys_unrevoked_by_expiry;
ALTER TABLE api_keys
    DROP CONSTRAINT api_keys_pkey,
    ADD PRIMARY KEY (id),
    DROP CONSTRAINT api_keys_one_per_token,
    ADD UNIQUE (token_sha256),
    ADD FOREIGN KEY (router_id, company_id) REFERENCES routers (id, company_id) ON DELETE RESTRICT;
CREATE UNIQUE INDEX api_keys_one_unrevoked ON api_keys (router_id) WHERE revoked_at IS NULL;
CREATE INDEX api_keys_newest_first ON api_keys (router_id, issued_at DESC, seq DESC);
CREATE INDEX api_keys_unrevoked_of_company ON api_keys (company_id) WHERE revoked_at IS NULL;

DROP INDEX products_on_sale;
ALTER TABLE products
    DROP CONSTRAINT products_pkey,
    ADD PRIMARY KEY (id),
    DROP CONSTRAINT products_one_per_profile,
    ADD CONSTRAINT products_one_per_profile UNIQUE (router_id, profile_name),
    ADD FOREIGN KEY (router_id, company_id) REFERENCES routers (id, company_id) ON DELETE RESTRICT;
CREATE INDEX products_on_sale ON products (router_id, position, featured DESC, created_at, id) WHERE active;

ALTER TABLE transactions
    DROP CONSTRAINT transactions_pkey,
    ADD PRIMARY KEY (id),
    DROP CONSTRAINT transactions_one_per_reference,
    ADD UNIQUE (reference);
CREATE INDEX transactions_newest_first ON transactions (company_id, created_at DESC, id DESC);

ALTER TABLE router_health
    DROP CONSTRAINT router_health_pkey,
    DROP COLUMN company_id,
    ADD PRIMARY KEY (router_id),
    ADD FOREIGN KEY (router_id) REFERENCES routers ON DELETE CASCADE;
ALTER TABLE router_health_changes
    DROP CONSTRAINT router_health_changes_pkey,
    DROP COLUMN company_id,
    ADD PRIMARY KEY (router_id, id),
    ADD FOREIGN KEY (router_id) REFERENCES router_health ON DELETE CASCADE;
