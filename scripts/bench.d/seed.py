"""The content of the databases: a company, routers, and for each router a key and some revoked ones."""

import base64
import hashlib
import hmac
import json
import time

SECRET = "the secret of the benches for keys, no other"
COMPANY = "EMP_00000000BE"
DAY = 86_400


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def router_id(number):
    return f"RTR_{number:08X}"


def key_id(number):
    return f"key_{number:016d}"


def revoked_id(number):
    return f"key_r{number:015d}"


def token(key, router, secret=SECRET):
    """A router's key as the server signs it (wire: `jwt_` and a JWT), without the prefix."""
    now = int(time.time())
    claims = {"jti": key, "iss": "mikrotik-payment-api", "sub": router, "empresa": COMPANY, "iat": now,
              "exp": now + 365 * DAY, "type": "router_api_key"}
    parts = [json.dumps(part, separators=(",", ":")).encode() for part in ({"typ": "JWT", "alg": "HS256"}, claims)]
    signed = b".".join(map(encoded, parts))
    return (signed + b"." + encoded(hmac.digest(secret.encode(), signed, "sha256"))).decode()


def fingerprint(jwt):
    return hashlib.sha256(jwt.encode()).hexdigest()


def fill(database, routers, revoked=0, signed=None, revoked_signed=0):
    """Adds the company with its routers, each with one key and `revoked` revoked ones.

    The keys of `signed` (numbers of routers) get tokens that work; the answer is these tokens, and those of the first
    `revoked_signed` revoked keys, one of each of the first routers. Nobody holds the tokens of the rest.
    """
    good = {number: token(key_id(number), router_id(number)) for number in signed or range(1, routers + 1)}
    bad = {number: token(revoked_id(number), router_id(number)) for number in range(1, revoked_signed + 1)}
    rows = [f"({number}, '\\x{fingerprint(jwt)}'::bytea)" for number, jwt in good.items()]
    bad_rows = [f"({number}, '\\x{fingerprint(jwt)}'::bytea)" for number, jwt in bad.items()] or ["(0, NULL::bytea)"]
    # Foreign keys are not checked here: the rows are known to be right, and the checks would take most of the time.
    database.run(f"""
        SET session_replication_role = replica;
        INSERT INTO companies (id, name, contact_email, conekta_mode, mercado_pago_mode, telegram_enabled, active,
                               created_at)
        VALUES ('{COMPANY}', 'Bench', 'bench@portero.example', 'test', 'test', false, true, now());
        INSERT INTO routers (id, company_id, name, host, port, tls, username, password_sealed, old_login, location,
                             active, created_at)
        SELECT 'RTR_' || lpad(upper(to_hex(n)), 8, '0'), '{COMPANY}', 'Router ' || n, '127.0.0.1', 8728, false,
               'admin', 'sealed', false, 'Lobby', true, now() - make_interval(secs => {routers} - n)
        FROM generate_series(1, {routers}) AS n;
        CREATE TEMPORARY TABLE good AS SELECT * FROM (VALUES {", ".join(rows)}) AS good (n, token_sha256);
        CREATE TEMPORARY TABLE bad AS SELECT * FROM (VALUES {", ".join(bad_rows)}) AS bad (n, token_sha256);
        INSERT INTO api_keys (id, router_id, company_id, token_sha256, issued_at, expires_at, revoked_at)
        SELECT 'key_r' || lpad(n::text, 15, '0'), 'RTR_' || lpad(upper(to_hex((n - 1) % {routers} + 1)), 8, '0'),
               '{COMPANY}', coalesce(bad.token_sha256, sha256(('revoked ' || n)::bytea)),
               now() - interval '20 days', now() + interval '345 days', now() - interval '10 days'
        FROM generate_series(1, greatest({routers} * {revoked}, {revoked_signed})) AS n LEFT JOIN bad USING (n);
        INSERT INTO api_keys (id, router_id, company_id, token_sha256, issued_at, expires_at)
        SELECT 'key_' || lpad(n::text, 16, '0'), 'RTR_' || lpad(upper(to_hex(n)), 8, '0'), '{COMPANY}',
               coalesce(good.token_sha256, sha256(('unknown ' || n)::bytea)),
               now(), now() + interval '365 days'
        FROM generate_series(1, {routers}) AS n LEFT JOIN good USING (n);
        SET session_replication_role = origin""")
    settle(database)
    return list(good.values()), list(bad.values())


def fill_history(database, company, router, keys):
    """Adds this number of revoked keys to a router, an hour apart."""
    database.run(f"""
        INSERT INTO api_keys (id, router_id, company_id, token_sha256, issued_at, expires_at, revoked_at)
        SELECT 'key_h' || lpad(n::text, 15, '0'), '{router}', '{company}', sha256(('history ' || n)::bytea),
               now() - make_interval(hours => n), now() - make_interval(hours => n) + interval '365 days', now()
        FROM generate_series(1, {keys}) AS n""")
    settle(database)


def fill_sales(database, company, router, sales):
    """Adds this number of sales to a company, a minute apart."""
    database.run(f"""
        INSERT INTO purchases (company_id, opened_at, reference, router_id, product_id, gateway, title, profile, amount_minor,
                               currency, live, customer_name, customer_email, installments, guest_kind, guest_name,
                               guest_secret_sealed, stage, charge_id, absences, paid_at, refunded_minor, refund_due, tries,
                               version)
        SELECT '{company}', now() - make_interval(mins => n), 'compra_' || lpad(n::text, 26, '0'), '{router}', 1, 'conekta',
               '1 Hora', '1hora', 2500, 'MXN', false, 'Juan Pérez', 'juan@portero.example', 1, 'user',
               'PT-' || lpad(n::text, 6, '0'), 'sealed', 'delivered', 'ord_' || n, 0, now() - make_interval(mins => n), 0, false,
               0, 5
        FROM generate_series(1, {sales}) AS n""")
    settle(database)


def settle(database):
    """Vacuums and writes everything to disk, so that this does not disturb the measurements."""
    database.run("VACUUM (ANALYZE)")
    database.run("CHECKPOINT")
