"""Conekta's official SDK and published schemas against the simulator."""

import base64
import json

import conekta
import requests
from conekta.rest import ApiException
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from gateways import Receiver, exchanges, gateways, steer
from schemas import Judge, judged, without_nulls
from simulator import Report

SPEC = "crates/gateways-sim/specs/conekta-2.3.0-subset.yaml"
KEY = "key_company_one"


class Shop:
    """A company that sells through the SDK."""

    def __init__(self, url):
        client = conekta.ApiClient(conekta.Configuration(host=url, access_token=KEY))
        self.url = url
        self.orders = conekta.OrdersApi(client)
        self.tokens = conekta.TokensApi(client)
        self.events = conekta.EventsApi(client)
        self.charges = conekta.ChargesApi(client)
        self.webhook_keys = conekta.WebhookKeysApi(client)

    def token(self, number):
        card = conekta.TokenRequestCard(cvc="123", exp_month="12", exp_year="30", name="Ana", number=number)
        return self.tokens.create_token(conekta.TokenRequest(card=card)).id

    def buy(self, token, intent, **more):
        customer = conekta.CustomerInfo(name="Ana", email="ana@example.com", phone="+525500000000")
        method = conekta.PaymentMethodGeneralRequest(type="card", token_id=token)
        charge = conekta.ChargeRequest(payment_method=conekta.ChargeRequestPaymentMethod(method), reference_id=intent)
        request = conekta.OrderRequest(
            currency="MXN",
            customer_info=conekta.OrderRequestCustomerInfo(customer),
            line_items=[conekta.Product(name="Plan 1 hora", unit_price=1050, quantity=1)],
            charges=[charge],
            metadata={"intent_id": intent},
            **more,
        )
        return self.orders.create_order(request, accept_language="es")

    def post(self, path, body):
        headers = {"authorization": f"Bearer {KEY}", "accept": "application/vnd.conekta-v2.3.0+json"}
        return requests.post(self.url + path, headers=headers, json=body, timeout=10)


def status_of(call):
    try:
        call()
    except ApiException as error:
        return error.status, json.loads(error.body)["details"][0]["code"].removeprefix("conekta.errors.")
    return 200, None


def sell(shop, report):
    token = shop.token("4242424242424242")
    paid = shop.buy(token, "intent-1")
    report.equal("a paid order", (paid.payment_status, paid.amount, paid.livemode), ("paid", 1050, False))
    report.equal("its card", paid.charges.data[0].payment_method.actual_instance.last4, "4242")
    report.equal("a used token", status_of(lambda: shop.buy(token, "x")), (402, "processing.tokenization.used"))
    unknown = "parameter_validation.payment_method.token_id.nonexistent_token"
    report.equal("an unknown token", status_of(lambda: shop.buy("tok_none", "x")), (422, unknown))
    declined = status_of(lambda: shop.buy(shop.token("4000000000000002"), "intent-2"))
    report.equal("a declined card", declined, (402, "processing.bank.declined"))
    report.equal("a wrong card", status_of(lambda: shop.token("4242424242424241")), (422, "parameter_validation.card.number"))
    pending = shop.buy(shop.token("4000000000000036"), "intent-3")
    report.equal("a pending order", (pending.payment_status, pending.next_action), ("pending_payment", None))
    report.equal("a refusal to cancel it", status_of(lambda: shop.orders.cancel_order(pending.id))[0], 428)
    steer(shop.url, f"orders/{pending.id}/turn", to="paid")
    report.equal("turns", shop.orders.get_order_by_id(pending.id).payment_status, "paid")
    return paid


def confirm(shop, report):
    waiting = shop.buy(shop.token("4000000000001091"), "intent-4", three_ds_mode="smart", return_url="http://127.0.0.1:9/back")
    report.equal("3DS", (waiting.payment_status, waiting.charges), ("pending_payment", None))
    page = waiting.next_action.redirect_to_url.url
    back = requests.post(f"{page}/confirm", allow_redirects=False, timeout=10)
    report.holds("the way back", back.headers["location"].startswith(waiting.next_action.redirect_to_url.return_url))
    report.equal("confirmed", shop.orders.get_order_by_id(waiting.id).payment_status, "paid")


def look_and_refund(shop, report, paid):
    page = shop.orders.get_orders(limit=2)
    report.equal("a page", (len(page.data), page.has_more), (2, True))
    report.equal("a search", [order.id for order in shop.orders.get_orders(search="intent-1").data], [paid.id])
    report.equal("the charges", len(shop.charges.get_charges().data), 4)
    refund = conekta.OrderRefundRequest(amount=50, reason="requested_by_client")
    part = shop.orders.order_refund(paid.id, refund)
    report.equal("a partial refund", (part.payment_status, part.amount_refunded), ("partially_refunded", 50))
    report.equal("its row", part.charges.data[0].refunds.data[0].amount, -50)
    too_much = conekta.OrderRefundRequest(amount=1001, reason="other")
    report.equal("too much", status_of(lambda: shop.orders.order_refund(paid.id, too_much))[0], 422)
    report.equal("no such order", status_of(lambda: shop.orders.get_order_by_id("ord_x")), (404, "resource_not_found.entity"))
    event = shop.events.get_events().data[0]
    report.equal("an event", shop.events.get_event(event.id).type, event.type)
    report.equal("its resending", shop.events.resend_event(event.id, conekta.ResendEventRequest(webhooks_ids=[])).failed_attempts, 0)
    steer(shop.url, f"orders/{paid.id}/chargeback")
    report.equal("a chargeback", shop.orders.get_order_by_id(paid.id).payment_status, "charged_back")


def send_nonsense(shop, report, token):
    """Requests that the schemas reject. The judge sees that the simulator rejects them too."""
    line = {"name": "Plan 1 hora", "unit_price": 1, "quantity": 1}
    good = {
        "currency": "MXN",
        "customer_info": {"name": "Ana", "email": "ana@example.com", "phone": "+525500000000"},
        "line_items": [line],
        "charges": [{"payment_method": {"type": "card", "token_id": token}}],
    }
    wrong = {
        "currency": [None, "PESOS"],
        "customer_info": [None, {"name": "Ana", "email": "ana@example.com"}, {"name": "Ana", "email": "ana", "phone": "1"}],
        "line_items": [None, [{**line, "name": "ab"}], [{**line, "unit_price": -1}], [{**line, "unit_price": 1.5}], [{**line, "quantity": 0}]],
        "charges": [[{"payment_method": {"token_id": token}}], [{"payment_method": {"type": "card", "token_id": token}, "amount": "1"}]],
        "metadata": [{"nested": {}}, {"long": "x" * 250}],
        "three_ds_mode": ["sometimes", None],
    }
    for field, values in wrong.items():
        for value in values:
            report.equal(f"{field}={value}", shop.post("/orders", {**good, field: value}).status_code, 422)
        without = {name: value for name, value in good.items() if name != field}
        if field in ("currency", "customer_info", "line_items"):
            report.equal(f"without {field}", shop.post("/orders", without).status_code, 422)
    report.equal("and the token is still good", shop.post("/orders", good).status_code, 200)


def check_webhooks(shop, report, judge, receiver, nulls):
    key = serialization.load_pem_public_key(shop.webhook_keys.create_webhook_key().public_key.encode())
    schema = {"$ref": "#/components/schemas/event_response"}
    kinds = set()
    while "order.charged_back" not in kinds:
        _, headers, body = receiver.next()
        key.verify(base64.b64decode(headers["digest"]), body, padding.PKCS1v15(), hashes.SHA256())
        event = json.loads(body)
        kinds.add(event["type"])
        report.equal(f"the event {event['type']}", judge.errors(schema, without_nulls(event) if nulls else event), [])
        shape = "order_response" if event["type"].startswith("order.") else "charge_response"
        inner = event["data"]["object"]
        wrong = judge.errors({"$ref": f"#/components/schemas/{shape}"}, without_nulls(inner) if nulls else inner)
        report.equal(f"the object of {event['type']}", wrong, [])
    report.holds(f"the kinds of events: {kinds}", {"order.paid", "charge.paid", "order.declined", "order.partially_refunded"} <= kinds)


judge = Judge(SPEC)
report = Report("conekta 9.0.0")
for nulls in (True, False):
    receiver = Receiver()
    shows = "yes" if nulls else "no"
    with gateways("--webhooks", f"conekta={receiver.url}", "--assume", f"conekta-shows-nulls={shows}") as (url, _, _):
        shop = Shop(url)
        paid = sell(shop, report)
        confirm(shop, report)
        look_and_refund(shop, report, paid)
        check_webhooks(shop, report, judge, receiver, nulls)
        send_nonsense(shop, report, shop.token("4242424242424242"))
        api = [one for one in exchanges(url) if not one["path"].startswith("/3ds/")]
        judged(judge, report, api, nulls)
report.done()
