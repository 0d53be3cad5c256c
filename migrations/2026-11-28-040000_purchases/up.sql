-- Purchases replace the transactions. A purchase outlives its router and its product, so these are not foreign keys (R215).
--
-- The time is part of the primary key, so that the table can be divided by month later. Read backwards, the key is the list
-- of a company's purchases from the newest to the oldest. No unique key is without the time. What must be unique is in
-- purchase_keys.
CREATE TABLE purchases (
    company_id          text COLLATE "C" NOT NULL REFERENCES companies ON DELETE RESTRICT,
    opened_at           timestamptz(6) NOT NULL,
    id                  bigint GENERATED ALWAYS AS IDENTITY,
    -- The id that gateways and routers keep.
    reference           text COLLATE "C" NOT NULL CHECK (reference ~ '^compra_[0-9a-z]{26}$'),
    router_id           text COLLATE "C" NOT NULL CHECK (router_id <> ''),
    product_id          bigint NOT NULL,
    gateway             text NOT NULL CHECK (gateway IN ('conekta', 'mercado_pago')),
    -- The product at the time of the order.
    title               text NOT NULL CHECK (title <> ''),
    profile             text NOT NULL CHECK (profile <> ''),
    amount_minor        bigint NOT NULL CHECK (amount_minor > 0),
    currency            text NOT NULL CHECK (currency IN ('MXN', 'USD', 'EUR')),
    live                boolean NOT NULL,
    customer_name       text NOT NULL CHECK (customer_name <> ''),
    customer_email      text NOT NULL CHECK (customer_email <> ''),
    customer_phone      text CHECK (customer_phone <> ''),
    card_brand          text CHECK (card_brand <> ''),
    installments        smallint NOT NULL CHECK (installments BETWEEN 1 AND 255),
    -- A PIN is a secret: of it only the last two digits are readable.
    guest_kind          text NOT NULL CHECK (guest_kind IN ('user', 'pin')),
    guest_name          text NOT NULL CHECK (guest_name <> ''),
    guest_secret_sealed text NOT NULL CHECK (guest_secret_sealed <> ''),
    stage               text NOT NULL,
    cause               text,
    charge_id           text COLLATE "C" CHECK (charge_id ~ '^[!-~]{1,100}$'),
    stage_at            timestamptz(6),
    absences            smallint NOT NULL CHECK (absences BETWEEN 0 AND 255),
    -- Where and how the cardholder confirms the charge.
    cardholder          text,
    paid_at             timestamptz(6),
    refunded_minor      bigint NOT NULL CHECK (refunded_minor BETWEEN 0 AND amount_minor),
    refund_due          boolean NOT NULL,
    tries               integer NOT NULL CHECK (tries BETWEEN 0 AND 65535),
    -- Grows with each change. A change of an older version is refused.
    version             bigint NOT NULL,
    PRIMARY KEY (company_id, opened_at, id),
    CONSTRAINT purchases_pin_is_sealed CHECK (guest_kind <> 'pin' OR guest_name ~ '^[0-9]{2}$'),
    -- A stage has what belongs to it, and nothing else.
    CONSTRAINT purchases_stage CHECK (CASE stage
        WHEN 'opened'      THEN cause IS NULL AND stage_at IS NULL
        WHEN 'reserved'    THEN (cause IS NULL OR cause = 'gateway_unreachable') AND stage_at IS NULL
        WHEN 'charging'    THEN cause IS NULL AND stage_at IS NOT NULL
        WHEN 'confirming'  THEN cause IS NULL AND stage_at IS NOT NULL AND charge_id IS NOT NULL
        WHEN 'cancelling'  THEN cause LIKE 'unpaid.%' AND stage_at IS NULL AND charge_id IS NOT NULL
        WHEN 'paid'        THEN cause IS NULL AND stage_at IS NOT NULL AND charge_id IS NOT NULL
        WHEN 'delivered'   THEN cause IS NULL AND stage_at IS NULL AND charge_id IS NOT NULL
        WHEN 'refunding'   THEN cause LIKE 'refund.%' AND stage_at IS NULL AND charge_id IS NOT NULL
        WHEN 'withdrawing' THEN stage_at IS NULL
                                AND (cause LIKE 'unpaid.%' OR (cause IN ('refunded', 'charged_back') AND charge_id IS NOT NULL))
        WHEN 'closed'      THEN stage_at IS NULL
                                AND (cause LIKE 'unpaid.%' OR (cause IN ('refunded', 'charged_back') AND charge_id IS NOT NULL))
        WHEN 'manual'      THEN cause LIKE 'manual.%' AND stage_at IS NULL
        ELSE false END IS TRUE),
    CONSTRAINT purchases_absences CHECK (absences = 0 OR stage = 'charging'),
    -- Access is given, and money goes back, only for a charge that was paid.
    CONSTRAINT purchases_paid CHECK (paid_at IS NOT NULL OR stage NOT IN ('paid', 'delivered')),
    CONSTRAINT purchases_cardholder CHECK (cardholder IS NULL OR stage = 'confirming')
);
CREATE INDEX purchases_by_id ON purchases (company_id, id);
CREATE INDEX purchases_by_reference ON purchases (company_id, reference);
CREATE INDEX purchases_by_charge ON purchases (company_id, charge_id) WHERE charge_id IS NOT NULL;

-- What opens a purchase opens no second one: its identity, and its card token. Both are SHA-256.
CREATE TABLE purchase_keys (
    company_id  text COLLATE "C" NOT NULL REFERENCES companies ON DELETE RESTRICT,
    kind        text COLLATE "C" NOT NULL CHECK (kind IN ('identity', 'card')),
    key         sha256 NOT NULL,
    reference   text COLLATE "C" NOT NULL,
    -- The request that opened the purchase. A repeated request must be the same.
    request     sha256 NOT NULL,
    PRIMARY KEY (company_id, kind, key)
);

-- The purchases that have a next step. A row is in use by its holder until the moment, and due after it.
CREATE TABLE purchase_queue (
    company_id  text COLLATE "C" NOT NULL REFERENCES companies ON DELETE RESTRICT,
    purchase_id bigint NOT NULL,
    opened_at   timestamptz(6) NOT NULL,
    due_at      timestamptz(6) NOT NULL,
    holder      bigint,
    PRIMARY KEY (company_id, purchase_id)
) WITH (fillfactor = 70);
CREATE INDEX purchase_queue_due ON purchase_queue (due_at);

-- The processes that work on this database, and until when each is believed to be alive.
CREATE TABLE processes (
    id          bigint PRIMARY KEY,
    alive_until timestamptz(6) NOT NULL
);

-- The stages that a purchase went through.
CREATE TABLE purchase_events (
    company_id  text COLLATE "C" NOT NULL REFERENCES companies ON DELETE RESTRICT,
    purchase_id bigint NOT NULL,
    at          timestamptz(6) NOT NULL,
    id          bigint GENERATED ALWAYS AS IDENTITY,
    stage       text NOT NULL CHECK (stage <> ''),
    cause       text CHECK (cause <> ''),
    PRIMARY KEY (company_id, purchase_id, at, id)
);

CREATE TABLE purchase_refunds (
    company_id   text COLLATE "C" NOT NULL REFERENCES companies ON DELETE RESTRICT,
    purchase_id  bigint NOT NULL,
    -- The number is part of the key that the gateway gets, so a refund is made once.
    number       smallint NOT NULL CHECK (number > 0),
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    reason       text CHECK (reason <> ''),
    requested_by bigint,
    requested_at timestamptz(6) NOT NULL,
    done_at      timestamptz(6),
    problem      text CHECK (problem <> ''),
    PRIMARY KEY (company_id, purchase_id, number),
    CONSTRAINT purchase_refunds_end CHECK (done_at IS NULL OR problem IS NULL)
);

-- The sums of each company, day (UTC) and currency. A day has eight slots, so that purchases at the same moment do not wait
-- for one row. What goes back on a later day counts on that day, so a row may be negative.
CREATE TABLE purchase_sums (
    company_id     text COLLATE "C" NOT NULL REFERENCES companies ON DELETE RESTRICT,
    day            date NOT NULL,
    currency       text NOT NULL CHECK (currency IN ('MXN', 'USD', 'EUR')),
    slot           smallint NOT NULL CHECK (slot BETWEEN 0 AND 7),
    paid           bigint NOT NULL,
    paid_minor     bigint NOT NULL,
    returned       bigint NOT NULL,
    returned_minor bigint NOT NULL,
    decided        bigint NOT NULL,
    PRIMARY KEY (company_id, day, currency, slot)
);

-- Nothing has ever written to this table.
DROP TABLE transactions;
