// @generated automatically by Diesel CLI.

diesel::table! {
    api_keys (company_id, id) {
        id -> Text,
        seq -> Int8,
        router_id -> Text,
        company_id -> Text,
        token_sha256 -> Bytea,
        issued_at -> Timestamptz,
        expires_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
        use_count -> Int8,
        last_used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    companies (id) {
        id -> Text,
        seq -> Int8,
        name -> Text,
        contact_email -> Text,
        contact_phone -> Nullable<Text>,
        logo_url -> Nullable<Text>,
        conekta_mode -> Text,
        conekta_public_key -> Nullable<Text>,
        conekta_private_key_sealed -> Nullable<Text>,
        mercado_pago_mode -> Text,
        mercado_pago_public_key -> Nullable<Text>,
        telegram_bot_token_sealed -> Nullable<Text>,
        telegram_chat_id -> Nullable<Text>,
        telegram_enabled -> Bool,
        active -> Bool,
        created_at -> Timestamptz,
        mercado_pago_access_token_sealed -> Nullable<Text>,
        mercado_pago_webhook_secret_sealed -> Nullable<Text>,
        mercado_pago_user_id -> Nullable<Text>,
        conekta_webhook_public_key -> Nullable<Text>,
        three_ds -> Bool,
        webhook_token -> Text,
    }
}

diesel::table! {
    company_logos (company_id) {
        company_id -> Text,
        tag -> Text,
        kind -> Text,
        content -> Bytea,
    }
}

diesel::table! {
    notices (company_id, id) {
        company_id -> Text,
        id -> Int8,
        kind -> Text,
        subject -> Text,
        occurrence -> Int8,
        created_at -> Timestamptz,
        due_at -> Nullable<Timestamptz>,
        tries -> Int2,
        outcome -> Nullable<Text>,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    products (company_id, id) {
        id -> Int8,
        company_id -> Text,
        router_id -> Text,
        profile_id -> Text,
        profile_name -> Text,
        title -> Text,
        description -> Nullable<Text>,
        image_url -> Nullable<Text>,
        price_minor -> Int8,
        currency -> Text,
        details -> Text,
        active -> Bool,
        position -> Int4,
        featured -> Bool,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    purchase_events (company_id, purchase_id, at, id) {
        company_id -> Text,
        purchase_id -> Int8,
        at -> Timestamptz,
        id -> Int8,
        stage -> Text,
        cause -> Nullable<Text>,
    }
}

diesel::table! {
    purchase_keys (company_id, kind, key) {
        company_id -> Text,
        kind -> Text,
        key -> Bytea,
        reference -> Text,
        request -> Bytea,
    }
}

diesel::table! {
    purchase_refunds (company_id, purchase_id, number) {
        company_id -> Text,
        purchase_id -> Int8,
        number -> Int2,
        amount_minor -> Int8,
        reason -> Nullable<Text>,
        requested_by -> Nullable<Int8>,
        requested_at -> Timestamptz,
        done_at -> Nullable<Timestamptz>,
        problem -> Nullable<Text>,
    }
}

diesel::table! {
    purchases (company_id, opened_at, id) {
        company_id -> Text,
        opened_at -> Timestamptz,
        id -> Int8,
        reference -> Text,
        router_id -> Text,
        product_id -> Int8,
        gateway -> Text,
        title -> Text,
        profile -> Text,
        amount_minor -> Int8,
        currency -> Text,
        live -> Bool,
        customer_name -> Text,
        customer_email -> Text,
        customer_phone -> Nullable<Text>,
        card_brand -> Nullable<Text>,
        installments -> Int2,
        guest_kind -> Text,
        guest_name -> Text,
        guest_secret_sealed -> Text,
        stage -> Text,
        cause -> Nullable<Text>,
        charge_id -> Nullable<Text>,
        stage_at -> Nullable<Timestamptz>,
        absences -> Int2,
        cardholder -> Nullable<Text>,
        paid_at -> Nullable<Timestamptz>,
        refunded_minor -> Int8,
        refund_due -> Bool,
        tries -> Int4,
        version -> Int8,
    }
}

diesel::table! {
    reconciliations (company_id) {
        company_id -> Text,
        due_at -> Timestamptz,
        compared_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    router_health (company_id, router_id) {
        router_id -> Text,
        next_check_at -> Timestamptz,
        condition -> Nullable<Text>,
        since -> Nullable<Timestamptz>,
        checked_at -> Nullable<Timestamptz>,
        error -> Nullable<Text>,
        contact_at -> Nullable<Timestamptz>,
        latency_us -> Nullable<Int8>,
        version -> Nullable<Text>,
        clock_skew_us -> Nullable<Int8>,
        company_id -> Text,
    }
}

diesel::table! {
    router_health_changes (company_id, router_id, id) {
        id -> Int8,
        router_id -> Text,
        at -> Timestamptz,
        condition -> Text,
        error -> Nullable<Text>,
        company_id -> Text,
    }
}

diesel::table! {
    routers (company_id, id) {
        id -> Text,
        seq -> Int8,
        company_id -> Text,
        name -> Text,
        host -> Text,
        port -> Int4,
        tls -> Bool,
        username -> Text,
        password_sealed -> Text,
        location -> Nullable<Text>,
        active -> Bool,
        created_at -> Timestamptz,
        certificate_sha256 -> Nullable<Bytea>,
        old_login -> Bool,
        notes -> Nullable<Text>,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        user_id -> Int8,
        issued_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    users (id) {
        id -> Int8,
        email -> Text,
        name -> Text,
        role -> Text,
        company_id -> Nullable<Text>,
        password_hash -> Text,
        active -> Bool,
        created_at -> Timestamptz,
        must_change_password -> Bool,
    }
}

diesel::table! {
    webhook_events (company_id, id) {
        company_id -> Text,
        id -> Int8,
        gateway -> Text,
        event_id -> Text,
        charge_id -> Text,
        purchase -> Nullable<Text>,
        received_at -> Timestamptz,
        tries -> Int4,
        next_try_at -> Nullable<Timestamptz>,
    }
}

diesel::joinable!(notices -> companies (company_id));
diesel::joinable!(routers -> companies (company_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(purchases -> companies (company_id));
diesel::joinable!(reconciliations -> companies (company_id));
diesel::joinable!(users -> companies (company_id));
diesel::joinable!(webhook_events -> companies (company_id));

diesel::allow_tables_to_appear_in_same_query!(
    api_keys,
    companies,
    notices,
    products,
    purchase_events,
    purchase_keys,
    purchase_refunds,
    purchases,
    reconciliations,
    router_health,
    router_health_changes,
    routers,
    sessions,
    users,
    webhook_events,
);
