CREATE TABLE transactions (
    id             bigint GENERATED ALWAYS AS IDENTITY,
    reference      text NOT NULL CHECK (reference <> ''),
    company_id     text COLLATE "C" NOT NULL REFERENCES companies ON DELETE RESTRICT,
    router_id      text COLLATE "C" NOT NULL CHECK (router_id <> ''),
    product_id     bigint,
    amount_minor   bigint NOT NULL CHECK (amount_minor >= 0),
    currency       text NOT NULL CHECK (currency IN ('MXN', 'USD', 'EUR')),
    status         text NOT NULL CHECK (status IN ('pending', 'paid', 'failed', 'refunded')),
    customer_name  text,
    customer_email text,
    created_at     timestamptz(6) NOT NULL,
    paid_at        timestamptz(6),
    PRIMARY KEY (company_id, created_at, id),
    CONSTRAINT transactions_one_per_reference UNIQUE (company_id, reference)
);
CREATE INDEX transactions_in_sum ON transactions (company_id, status) INCLUDE (amount_minor);

DROP TABLE purchase_sums, purchase_refunds, purchase_events, processes, purchase_queue, purchase_keys, purchases;
