"""Sales, at a simulated gateway and a simulated router that respond at once.

The buyers are wrk. The server, PostgreSQL, the two simulators and wrk share the processors of this machine."""

import json
import os
import re
import subprocess
import tempfile
import threading
import time
import urllib.request
from statistics import median

from database import create
from load import FILES, Workload, portal, wrk
from server import EMAIL, Server

USERS = (0, 1_000, 10_000)
BUYERS = 32
WAITING = 64
THINKING = 3_000
# Transactions that stay open without work for the database.
HELD = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
    AND state LIKE 'idle in transaction%' AND clock_timestamp() - state_change > interval '100 ms'"""
CARD = {"card": {"number": "4242424242424242", "name": "Ana", "exp_month": "12", "exp_year": "30", "cvc": "123"}}


class Simulator:
    """A simulator in a process of its own, and the addresses that it listens on by name."""

    def __init__(self, program, last, *options):
        path = os.path.join(os.environ.get("CARGO_TARGET_DIR", "target"), "release", program)
        said = tempfile.NamedTemporaryFile("w+", dir=FILES.name)
        command = ["setpriv", "--pdeathsig", "TERM", path, "serve", *options]
        self.process = subprocess.Popen(command, stdout=said)
        self.addresses = {}
        while last not in self.addresses:
            if self.process.poll() is not None:
                raise RuntimeError(f"{program} did not start")
            time.sleep(0.01)
            said.seek(0)
            self.addresses = dict(re.findall(r"^(?:(\S+) )?listening on (\S+)\n", said.read(), re.MULTILINE))

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Gateway(Simulator):
    """Conekta."""

    def __init__(self):
        super().__init__("gateways-sim", "telegram")
        self.url = "http://" + self.addresses["conekta"]

    def call(self, path, body):
        headers = {"Authorization": "Bearer key_bench", "Accept": "application/vnd.conekta-v2.3.0+json",
                   "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def think(self, milliseconds):
        """From now on it works this long on each change."""
        self.call("/_sim/thinking", {"milliseconds": milliseconds})

    def cards(self, count):
        return [self.call("/tokens", CARD)["id"] for _ in range(count)]


class Shop:
    """A server that sells a product of a router with this number of users."""

    def __init__(self, gateway, users):
        self.gateway = gateway
        self.users = users
        self.router = Simulator("routeros-sim", "", "--user", "portero", "--password", "bench", "--users", str(users),
                                "--profile", "1hora")
        self.database = create(f"sales_{users}")
        self.server = Server(self.database, extra={
            "CONEKTA_API_URL": gateway.url, "ALLOW_LOOPBACK_ROUTERS": "true", "CONEKTA_DEFAULT_PRIVATE_KEY": "key_bench"})
        header = dict([self.server.session()])
        company = self.made("/admin/empresas", {"nombre": "Bench", "contacto_email": EMAIL}, header)["id"]
        host, port = self.router.addresses[""].rsplit(":", 1)
        router = self.made(f"/admin/empresas/{company}/routers", {
            "empresa_id": company, "nombre": "Router", "host": host, "puerto": int(port), "usuario": "portero",
            "password": "bench"}, header)
        self.key = router["api_key"]
        person = dict([self.server.company_session(("Authorization", header["Authorization"]), company)])
        self.product = self.made("/api/v1/admin/products", {
            "router_id": router["id"], "perfil_mikrotik_id": "*1", "perfil_mikrotik_nombre": "1hora",
            "nombre_venta": "1 Hora", "precio": 25.00, "moneda": "MXN"}, person)["id"]

    def made(self, path, body, header):
        status, answer = self.server.call("POST", path, body, header)
        if status != 201:
            raise RuntimeError(f"{path}: {status} {answer}")
        return answer

    def orders(self, count):
        """Orders, each with a card of its own."""
        bodies = [json.dumps({
            "producto_id": self.product, "token_tarjeta": card, "nombre_cliente": "Ana", "email_cliente": "ana@example.com",
        }) for card in self.gateway.cards(count)]
        return Workload("sales", [("POST", "/api/v1/payments/pagar-conekta", "X-API-Key", self.key, body) for body in bodies])

    def paid(self):
        return self.database.number("SELECT count(*) FROM purchases WHERE stage = 'delivered'")

    def sell(self, buyers, seconds, orders):
        """Sells. Returns the sample. Each response 200 must be a purchase of its own."""
        before = self.paid()
        sample = wrk(self.server, self.orders(orders), buyers, seconds)
        sold = self.paid() - before
        if sold < sample.admitted:
            raise RuntimeError(f"{sample.admitted} responses 200, and {sold:.0f} purchases")
        return sample

    @staticmethod
    def until(condition):
        """Asks until the condition holds, at most ten seconds."""
        end = time.monotonic() + 10
        while not condition():
            if time.monotonic() > end:
                raise RuntimeError("the buyers did not reach the gateway")
            time.sleep(0.02)

    def stop(self):
        self.server.stop()
        self.router.stop()


def measure(seconds, repeats, say):
    """The samples of selling, and those beside waiting buyers."""
    gateway = Gateway()
    shops = [Shop(gateway, users) for users in USERS]
    single = {shop.users: [] for shop in shops}
    many = {shop.users: [] for shop in shops}
    for _ in range(repeats):
        for shop in shops:
            say(f"selling with {shop.users:,} users on the router")
            single[shop.users].append(shop.sell(1, seconds, 1_000 * seconds))
            many[shop.users].append(shop.sell(BUYERS, seconds, 1_500 * seconds))
    found = {"single": single, "many": many, "waiting": waiting(shops[0], seconds, say)}
    for shop in shops:
        shop.stop()
    gateway.stop()
    return found


def waiting(shop, seconds, say):
    """A portal's configuration, alone and beside buyers whose gateway thinks. Counts transactions that stay open meanwhile."""
    say(f"{WAITING} buyers who wait for the gateway")
    configuration = portal("a portal", [shop.key.removeprefix("jwt_")])
    idle = wrk(shop.server, configuration, 1, seconds)
    orders = shop.orders(4 * WAITING)
    shop.gateway.think(THINKING)
    buyers = threading.Thread(target=wrk, args=(shop.server, orders, WAITING, THINKING // 1_000 + seconds))
    buyers.start()
    # The first purchases reach the gateway.
    shop.until(lambda: shop.database.number("SELECT count(*) FROM purchases WHERE stage = 'charging'") == WAITING)
    load = threading.Thread(target=lambda: found.append(wrk(shop.server, configuration, 1, seconds)))
    found, held = [], []
    load.start()
    while load.is_alive():
        held.append(shop.database.number(HELD))
        time.sleep(0.05)
    buyers.join()
    shop.gateway.think(0)
    return {"idle": idle, "busy": found[0], "held": max(held)}


def text(found):
    """The results, in Markdown."""
    lines = []
    for users in USERS:
        one, many = (found[which][users] for which in ("single", "many"))
        lines.append(
            f"- {users:,} users on the router: a purchase takes {median(sample.p50 for sample in one):.1f} ms for one buyer. "
            f"{BUYERS} buyers make {median(sample.rate for sample in many):,.0f} purchases a second, p99 "
            f"{median(sample.p99 for sample in many):,.0f} ms. Other responses than 200: "
            f"{sum(sample.requests - sample.admitted for sample in one + many)}.")
    idle, busy = found["waiting"]["idle"], found["waiting"]["busy"]
    lines.append(
        f"- {WAITING} buyers wait {THINKING / 1_000:.0f} s for the gateway: {found['waiting']['held']:.0f} transactions stay open. A "
        f"portal reads its configuration with a p99 of {busy.p99:.2f} ms, and {idle.p99:.2f} ms without the buyers.")
    return "\n".join(lines)
