DELETE FROM notices WHERE kind = 'gateway_unknown_charges';
ALTER TABLE notices DROP CONSTRAINT notices_kind_check;
ALTER TABLE notices ADD CONSTRAINT notices_kind_check CHECK (kind IN (
    'purchase_paid', 'purchase_declined', 'purchase_refunded', 'purchase_manual', 'gateway_credentials_refused',
    'router_down', 'router_up', 'api_key_expiring_30', 'api_key_expiring_7', 'api_key_expiring_1'));
DROP TABLE reconciliations;
