ALTER TABLE companies
    DROP COLUMN mercado_pago_access_token_sealed,
    DROP COLUMN mercado_pago_webhook_secret_sealed,
    DROP COLUMN mercado_pago_user_id,
    DROP COLUMN conekta_webhook_public_key,
    DROP COLUMN three_ds,
    DROP COLUMN webhook_token;
