-- When the purchases of each company are to be compared with the lists of its payment gateways. The comparison adds the rows of
-- companies that have none, so an older version may add companies beside it.
CREATE TABLE reconciliations (
    company_id  text COLLATE "C" PRIMARY KEY REFERENCES companies ON DELETE CASCADE,
    -- By the database's clock. A claim moves it to the claim's end.
    due_at      timestamptz(6) NOT NULL,
    -- When the last comparison was complete.
    compared_at timestamptz(6)
);
CREATE INDEX reconciliations_due ON reconciliations (due_at);

ALTER TABLE notices DROP CONSTRAINT notices_kind_check;
ALTER TABLE notices ADD CONSTRAINT notices_kind_check CHECK (kind IN (
    'purchase_paid', 'purchase_declined', 'purchase_refunded', 'purchase_manual', 'gateway_credentials_refused',
    'gateway_unknown_charges', 'router_down', 'router_up', 'api_key_expiring_30', 'api_key_expiring_7', 'api_key_expiring_1'));
