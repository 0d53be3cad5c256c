-- The events that the payment gateways reported. A row says which charge to ask the gateway about. It has no body, no amount,
-- no token and no name of a guest.
CREATE TABLE webhook_events (
    company_id  text COLLATE "C" NOT NULL REFERENCES companies,
    id          bigint GENERATED ALWAYS AS IDENTITY,
    gateway     text NOT NULL CHECK (gateway IN ('conekta', 'mercado_pago')),
    event_id    text COLLATE "C" NOT NULL CHECK (event_id ~ '^[!-~]{1,100}$'),
    charge_id   text COLLATE "C" NOT NULL CHECK (charge_id ~ '^[!-~]{1,100}$'),
    -- The purchase that the body names, if it names one.
    purchase    text COLLATE "C" CHECK (purchase ~ '^compra_[0-9a-z]{26}$'),
    received_at timestamptz(6) NOT NULL DEFAULT now(),
    -- The number of claims. It tells the newest claim from older ones.
    tries       integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
    -- When the event is due, by the database's clock. A claim moves it to the claim's end. A settled event has none.
    next_try_at timestamptz(6) DEFAULT now(),
    PRIMARY KEY (company_id, id),
    -- A repeated delivery stores nothing. The charge is part of the identity: a forged hint that uses up an event's id cannot
    -- hide the real event of another charge.
    CONSTRAINT webhook_events_one_per_delivery UNIQUE (company_id, gateway, event_id, charge_id)
);
-- The search for companies with due events probes this index once for each company. It holds no settled event.
CREATE INDEX webhook_events_due ON webhook_events (company_id, next_try_at) WHERE next_try_at IS NOT NULL;
-- Old events are deleted from this end.
CREATE INDEX webhook_events_oldest ON webhook_events (received_at);
