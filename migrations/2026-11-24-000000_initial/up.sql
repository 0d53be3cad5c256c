-- Conventions. Moments are timestamptz(6), as exact as the service's own. Money is a whole number of hundredths.
-- A mode, role, status or currency is text held by a CHECK, so that adding one is a small migration. `seq` columns
-- break ties between rows made at the same moment, and say nothing else. Ids compare by their bytes (COLLATE "C"), as the
-- rules of a language make looking one up slower and mean nothing to it.

CREATE TABLE companies (
    -- EMP_ and 10 upper hexadecimal digits; the service's parsers read back nothing else.
    id                         text COLLATE "C" PRIMARY KEY CHECK (id ~ '^EMP_[0-9A-F]{10}$'),
    seq                        bigint GENERATED ALWAYS AS IDENTITY,
    name                       text NOT NULL CHECK (name <> ''),
    contact_email              text NOT NULL CHECK (contact_email <> ''),
    contact_phone              text,
    logo_url                   text,
    conekta_mode               text NOT NULL CHECK (conekta_mode IN ('test', 'live')),
    conekta_public_key         text,
    conekta_private_key_sealed text CHECK (conekta_private_key_sealed <> ''),
    mercado_pago_mode          text NOT NULL CHECK (mercado_pago_mode IN ('test', 'live')),
    mercado_pago_public_key    text,
    telegram_bot_token_sealed  text CHECK (telegram_bot_token_sealed <> ''),
    telegram_chat_id           text,
    telegram_enabled           boolean NOT NULL,
    active                     boolean NOT NULL,
    created_at                 timestamptz(6) NOT NULL
);
CREATE INDEX companies_oldest_first ON companies (created_at, seq);

CREATE TABLE routers (
    id              text COLLATE "C" PRIMARY KEY CHECK (id ~ '^RTR_[0-9A-F]{8}$'),
    seq             bigint GENERATED ALWAYS AS IDENTITY,
    company_id      text COLLATE "C" NOT NULL REFERENCES companies ON DELETE RESTRICT,
    name            text NOT NULL CHECK (name <> ''),
    host            text NOT NULL CHECK (host <> ''),
    port            integer NOT NULL CHECK (port BETWEEN 1 AND 65535),
    tls             boolean NOT NULL,
    username        text NOT NULL CHECK (username <> ''),
    password_sealed text NOT NULL CHECK (password_sealed <> ''),
    location        text,
    active          boolean NOT NULL,
    created_at      timestamptz(6) NOT NULL,
    -- For keys and products to refer to, so that theirs is always their router's company.
    CONSTRAINT routers_of_company UNIQUE (id, company_id)
);
CREATE INDEX routers_oldest_first ON routers (company_id, created_at, seq);

-- What a key's columns hold is checked by domains, when it is written. A CHECK of the table is evaluated again whenever a row
-- is updated, whatever changed, and so at every call that is counted.
CREATE DOMAIN key_id AS text COLLATE "C" CHECK (VALUE ~ '^key_[0-9a-z]{1,32}$');
CREATE DOMAIN sha256 AS bytea CHECK (octet_length(VALUE) = 32);

-- Every admitted portal call updates use_count and last_used_at of one row. Neither column is in any index, and a fifth
-- of each page is kept free, so that such an update stays on its page (HOT) and touches no index. Vacuum comes early
-- and unthrottled: a busy key leaves one dead version a call, and the table is small.
CREATE TABLE api_keys (
    id           key_id PRIMARY KEY,
    seq          bigint GENERATED ALWAYS AS IDENTITY,
    router_id    text COLLATE "C" NOT NULL,
    company_id   text COLLATE "C" NOT NULL,
    -- SHA-256 of the token; the token itself is nowhere. Unique: one record answers for one token.
    token_sha256 sha256 NOT NULL UNIQUE,
    -- Whole seconds, as the token says it.
    issued_at    timestamptz(6) NOT NULL,
    expires_at   timestamptz(6) NOT NULL,
    revoked_at   timestamptz(6),
    use_count    bigint NOT NULL DEFAULT 0 CHECK (use_count >= 0),
    last_used_at timestamptz(6),
    -- A key belongs to a router that is there, and to that router's company.
    FOREIGN KEY (router_id, company_id) REFERENCES routers (id, company_id) ON DELETE RESTRICT,
    -- A key that was counted was used at some time, and the reverse.
    CONSTRAINT api_keys_usage CHECK ((use_count = 0) = (last_used_at IS NULL))
) WITH (
    fillfactor = 80,
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 500,
    autovacuum_vacuum_cost_delay = 0
);
-- At most one unrevoked key per router (R306).
CREATE UNIQUE INDEX api_keys_one_unrevoked ON api_keys (router_id) WHERE revoked_at IS NULL;
CREATE INDEX api_keys_newest_first ON api_keys (router_id, issued_at DESC, seq DESC);
CREATE INDEX api_keys_unrevoked_of_company ON api_keys (company_id) WHERE revoked_at IS NULL;

CREATE TABLE users (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Lower case, so that one person has one spelling.
    email         text NOT NULL UNIQUE CHECK (email = lower(email) AND email <> ''),
    name          text NOT NULL CHECK (name <> ''),
    role          text NOT NULL CHECK (role IN ('super_admin', 'company_admin')),
    company_id    text COLLATE "C" REFERENCES companies ON DELETE RESTRICT,
    password_hash text NOT NULL CHECK (password_hash <> ''),
    active        boolean NOT NULL,
    created_at    timestamptz(6) NOT NULL,
    -- A company's admin has a company, a super admin has none.
    CONSTRAINT users_role_agrees CHECK ((role = 'company_admin') = (company_id IS NOT NULL))
);
CREATE INDEX users_oldest_first ON users (created_at, id);
CREATE INDEX users_of_company ON users (company_id, created_at, id);

CREATE TABLE sessions (
    id         text COLLATE "C" PRIMARY KEY CHECK (id ~ '^ses_[0-9a-z]{26}$'),
    -- A person who is gone has no session.
    user_id    bigint NOT NULL REFERENCES users ON DELETE CASCADE,
    issued_at  timestamptz(6) NOT NULL,
    expires_at timestamptz(6) NOT NULL
);
CREATE INDEX sessions_of_user ON sessions (user_id, expires_at);

CREATE TABLE products (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    company_id   text COLLATE "C" NOT NULL,
    router_id    text COLLATE "C" NOT NULL,
    profile_id   text NOT NULL CHECK (profile_id <> ''),
    profile_name text NOT NULL CHECK (profile_name <> ''),
    title        text NOT NULL CHECK (title <> ''),
    description  text,
    image_url    text,
    price_minor  bigint NOT NULL CHECK (price_minor >= 0),
    currency     text NOT NULL CHECK (currency IN ('MXN', 'USD', 'EUR')),
    -- JSON kept letter by letter: text, because json types are free to spell it anew.
    details      text NOT NULL CHECK (details LIKE '[%]'),
    active       boolean NOT NULL,
    position     integer NOT NULL,
    featured     boolean NOT NULL,
    created_at   timestamptz(6) NOT NULL,
    -- A router has one product a profile.
    CONSTRAINT products_one_per_profile UNIQUE (router_id, profile_name),
    -- A product belongs to a router that is there, and to that router's company. A router with products stays.
    FOREIGN KEY (router_id, company_id) REFERENCES routers (id, company_id) ON DELETE RESTRICT
);
CREATE INDEX products_oldest_first ON products (company_id, created_at, id);
CREATE INDEX products_on_sale ON products (router_id, position, featured DESC, created_at, id) WHERE active;

-- Transactions outlive their router and product (R215), so these two columns are not foreign keys.
CREATE TABLE transactions (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- The gateway's reference: one payment is one row.
    reference      text NOT NULL UNIQUE CHECK (reference <> ''),
    company_id     text COLLATE "C" NOT NULL REFERENCES companies ON DELETE RESTRICT,
    router_id      text COLLATE "C" NOT NULL CHECK (router_id <> ''),
    product_id     bigint,
    amount_minor   bigint NOT NULL CHECK (amount_minor >= 0),
    currency       text NOT NULL CHECK (currency IN ('MXN', 'USD', 'EUR')),
    status         text NOT NULL CHECK (status IN ('pending', 'paid', 'failed', 'refunded')),
    customer_name  text,
    customer_email text,
    created_at     timestamptz(6) NOT NULL,
    paid_at        timestamptz(6)
);
CREATE INDEX transactions_newest_first ON transactions (company_id, created_at DESC, id DESC);
-- Sums a company's sales from the index alone.
CREATE INDEX transactions_in_sum ON transactions (company_id, status) INCLUDE (amount_minor);
