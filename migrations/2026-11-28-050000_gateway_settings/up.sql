-- What a company must store before it can sell through its payment gateways. A version without these columns may write beside
-- them: each column is optional or has a default.
ALTER TABLE companies
    ADD COLUMN mercado_pago_access_token_sealed text CHECK (mercado_pago_access_token_sealed <> ''),
    ADD COLUMN mercado_pago_webhook_secret_sealed text CHECK (mercado_pago_webhook_secret_sealed <> ''),
    ADD COLUMN mercado_pago_user_id text CHECK (mercado_pago_user_id <> ''),
    ADD COLUMN conekta_webhook_public_key text CHECK (conekta_webhook_public_key <> ''),
    ADD COLUMN three_ds boolean NOT NULL DEFAULT false,
    -- The secret part of an address. The default gives one to each company of the table, and to a company that an older
    -- version adds: 122 bits of the operating system's chance.
    ADD COLUMN webhook_token text COLLATE "C" NOT NULL DEFAULT replace(gen_random_uuid()::text, '-', '')
        CHECK (webhook_token ~ '^[0-9a-z]{32}$'),
    -- The address of a webhook decides on the company, so no two companies may share one.
    ADD CONSTRAINT companies_one_webhook_token UNIQUE (webhook_token),
    -- The user is known from the access token, and says nothing without it.
    ADD CONSTRAINT companies_user_of_a_token
        CHECK (mercado_pago_user_id IS NULL OR mercado_pago_access_token_sealed IS NOT NULL);

-- Webhooks of Mercado Pago name the user. Companies may share one account.
CREATE INDEX companies_of_mercado_pago_user ON companies (mercado_pago_user_id) WHERE mercado_pago_user_id IS NOT NULL;
