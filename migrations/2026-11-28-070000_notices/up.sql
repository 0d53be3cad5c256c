-- Notices to companies by their bots. The transaction that makes a notice due writes its row. The row has no text and no
-- secret: the message is built when it is sent.
CREATE TABLE notices (
    company_id text COLLATE "C" NOT NULL REFERENCES companies ON DELETE RESTRICT,
    id         bigint GENERATED ALWAYS AS IDENTITY,
    kind       text COLLATE "C" NOT NULL CHECK (kind IN (
        'purchase_paid', 'purchase_declined', 'purchase_refunded', 'purchase_manual', 'gateway_credentials_refused',
        'router_down', 'router_up', 'api_key_expiring_30', 'api_key_expiring_7', 'api_key_expiring_1')),
    -- A purchase's reference, a gateway's name, a router's id, or a router's id and its key's id.
    subject    text COLLATE "C" NOT NULL CHECK (subject <> ''),
    -- Tells events of one kind and subject apart.
    occurrence bigint NOT NULL,
    created_at timestamptz(6) NOT NULL DEFAULT now(),
    -- When the next try begins. A claim moves it on: that is the lease. Null once the notice has ended.
    due_at     timestamptz(6) DEFAULT now(),
    tries      smallint NOT NULL DEFAULT 0 CHECK (tries >= 0),
    outcome    text CHECK (outcome IN ('sent', 'unwanted', 'given_up')),
    ended_at   timestamptz(6),
    PRIMARY KEY (company_id, id),
    -- Each event is stored once, whatever process sees it, and however often.
    CONSTRAINT notices_once UNIQUE (company_id, kind, subject, occurrence),
    -- A notice is due or has ended. If it has ended, it has an outcome.
    CONSTRAINT notices_end CHECK ((due_at IS NULL) = (ended_at IS NOT NULL) AND (ended_at IS NULL) = (outcome IS NULL))
);
-- The claims of all companies read the left end of this index. It has only the notices that have not ended.
CREATE INDEX notices_due ON notices (due_at) WHERE due_at IS NOT NULL;
-- Old notices are deleted from the left end of this index.
CREATE INDEX notices_ended ON notices (ended_at) WHERE ended_at IS NOT NULL;
-- The scan for keys that expire soon reads ranges of this index, and no other key.
CREATE INDEX api_keys_expiring ON api_keys (expires_at) WHERE revoked_at IS NULL;
