"""Mercado Pago's official SDK, its webhook validator and its published schemas against the simulator."""

import json

import mercadopago
import requests
from mercadopago.config.config import Config
from mercadopago.config.request_options import RequestOptions
from mercadopago.webhook import InvalidWebhookSignatureError, WebhookSignatureValidator

from gateways import Receiver, exchanges, gateways, steer
from schemas import Judge, judged
from simulator import Report

SPEC = "crates/gateways-sim/specs/mercadopago-MLM-payments-subset.yaml"
TOKEN = "TEST-company-one"
SECRET = "shared-secret"


def options(key):
    return RequestOptions(access_token=TOKEN, custom_headers={"x-idempotency-key": key}, max_retries=0)


class Shop:
    """A company that sells through the SDK."""

    def __init__(self, url):
        Config.api_base_url = property(lambda _: url)
        self.url = url
        self.sdk = mercadopago.SDK(TOKEN)

    def token(self, holder):
        card = {
            "card_number": "5474925432670366",
            "expiration_month": 11,
            "expiration_year": 2030,
            "security_code": "123",
            "cardholder": {"name": holder},
        }
        return self.sdk.card_token().create(card)["response"]["id"]

    def body(self, token, reference, **more):
        return {
            "transaction_amount": 10.5,
            "token": token,
            "payment_method_id": "master",
            "installments": 1,
            "payer": {"email": "ana@example.com"},
            "external_reference": reference,
            **more,
        }

    def pay(self, key, body):
        answer = self.sdk.payment().create(body, options(key))
        return answer["status"], answer["response"]


def code(answer):
    return answer["response"]["cause"][0]["code"]


def sell(shop, report):
    body = shop.body(shop.token("APRO"), "purchase-1")
    status, paid = shop.pay("key-1", body)
    report.equal("a payment", (status, paid["status"], paid["transaction_amount"]), (201, "approved", 10.5))
    report.equal("the same key", shop.pay("key-1", body), (201, paid))
    report.equal("the same key, another body", shop.pay("key-1", {**body, "installments": 2})[0], 409)
    report.equal("the token again", shop.pay("key-2", body)[1]["cause"][0]["code"], 3003)
    for holder, detail in (("FUND", "cc_rejected_insufficient_amount"), ("CONT", "pending_contingency")):
        answer = shop.pay(holder, shop.body(shop.token(holder), holder))
        report.equal(holder, (answer[0], answer[1]["status_detail"]), (201, detail))
    held = shop.pay("held", shop.body(shop.token("APRO"), "held", capture=False))[1]
    cancelled = shop.sdk.payment().update(held["id"], {"status": "cancelled"})
    report.equal("a cancellation", (cancelled["status"], cancelled["response"]["status"]), (200, "cancelled"))
    report.equal("a payment's capture", code(shop.sdk.payment().update(paid["id"], {"capture": True})), 2063)
    return paid


def confirm(shop, report):
    body = shop.body(shop.token("CHAL"), "challenged", three_d_secure_mode="optional")
    waiting = shop.pay("challenged", body)[1]
    report.equal("a challenge", (waiting["status"], waiting["status_detail"]), ("pending", "pending_challenge"))
    info = waiting["three_ds_info"]
    page = requests.post(info["external_resource_url"], data={"creq": info["creq"]}, timeout=10)
    report.holds("its page", "<form" in page.text)
    requests.post(info["external_resource_url"] + "/confirm", timeout=10)
    report.equal("confirmed", shop.sdk.payment().get(waiting["id"])["response"]["status"], "approved")


def look_and_refund(shop, report, paid):
    filters = {"external_reference": "purchase-1", "sort": "date_created", "criteria": "desc"}
    found = shop.sdk.payment().search(filters)["response"]
    report.equal("a search", ([one["id"] for one in found["results"]], found["paging"]["total"]), ([paid["id"]], 1))
    report.equal("a search without order", shop.sdk.payment().search({"external_reference": "x"})["status"], 400)
    refund = shop.sdk.refund()
    part = refund.create(paid["id"], {"amount": 0.29}, options("refund-1"))
    report.equal("a refund", (part["status"], part["response"]["amount"]), (201, 0.29))
    report.equal("the same key", refund.create(paid["id"], {"amount": 0.29}, options("refund-1")), part)
    report.equal("too much", refund.create(paid["id"], {"amount": 10.5}, options("refund-2"))["status"], 400)
    report.equal("the rest", refund.create(paid["id"], None, options("refund-3"))["response"]["amount"], 10.21)
    report.equal("once more", code(refund.create(paid["id"], None, options("refund-4"))), 4296)
    report.equal("both", len(refund.list_all(paid["id"])["response"]), 2)
    report.equal("one", refund.get(paid["id"], part["response"]["id"])["response"], part["response"])
    report.equal("the payment", shop.sdk.payment().get(paid["id"])["response"]["status"], "refunded")
    report.equal("no such payment", shop.sdk.payment().get(1)["status"], 404)
    report.holds("the account", shop.sdk.user().get()["response"]["id"] > 0)
    report.equal("the methods", shop.sdk.payment_methods().list_all()["status"], 200)
    report.equal("no token", mercadopago.SDK("wrong").payment().get(1)["status"], 401)


def send_nonsense(shop, report):
    """Requests that the schemas reject. The judge sees that the simulator rejects them too."""
    good = shop.body(shop.token("APRO"), "nonsense")
    for field, value in (
        ("transaction_amount", 0),
        ("transaction_amount", "10.50"),
        ("payer", {}),
        ("payer", {"email": "ana"}),
        ("installments", 0),
        ("statement_descriptor", "x" * 23),
    ):
        report.equal(f"{field}={value}", shop.pay("nonsense", {**good, field: value})[0], 400)
    report.equal("and the key is still good", shop.pay("nonsense", good)[0], 201)


def genuine(query, headers, tolerance):
    sent = (headers["x-signature"], headers["x-request-id"], query["data.id"])
    try:
        WebhookSignatureValidator.validate(*sent, SECRET, tolerance_seconds=tolerance)
    except InvalidWebhookSignatureError:
        return False
    return True


def check_webhooks(shop, report, receiver, paid, tolerance):
    query, headers, body = receiver.next()
    report.holds("a webhook's signature", genuine(query, headers, tolerance))
    report.equal("its query", query, {"data.id": str(paid["id"]), "type": "payment"})
    report.equal("its payment", json.loads(body)["data"]["id"], str(paid["id"]))
    report.holds("another id", not genuine({"data.id": "1"}, headers, tolerance))
    while not receiver.received.empty():
        query, headers, _ = receiver.next()
        report.holds("every webhook's signature", genuine(query, headers, tolerance))
    steer(shop.url, "webhooks/forge", forged=True)
    forged = shop.pay("forged", shop.body(shop.token("APRO"), "forged"))[1]
    while query["data.id"] != str(forged["id"]):
        query, headers, _ = receiver.next()
    report.holds("a forged signature", not genuine(query, headers, tolerance))


judge = Judge(SPEC, lists_of={("GET", "/v1/payments/{id}/refunds")})
report = Report("mercadopago 3.6.0")
# The validator compares a time in milliseconds with a clock in seconds, so only seconds pass with a tolerance.
for millis, tolerance in (("yes", None), ("no", 300)):
    receiver = Receiver()
    arguments = ["--webhook-secret", SECRET, "--assume", f"signature-time-in-milliseconds={millis}"]
    with gateways("--webhooks", f"mercado-pago={receiver.url}", *arguments) as (_, url, _):
        shop = Shop(url)
        paid = sell(shop, report)
        confirm(shop, report)
        look_and_refund(shop, report, paid)
        check_webhooks(shop, report, receiver, paid, tolerance)
        send_nonsense(shop, report)
        described = [one for one in exchanges(url) if one["path"].startswith("/v1/")]
        judged(judge, report, described, nulls_are_absent=True)
report.done()
