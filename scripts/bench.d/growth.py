"""Growth: the cost of an admission and of a page of a list on databases of three sizes."""

import os
import re

from database import create
from load import Workload, portal, wrk
from seed import COMPANY, fill, fill_history, fill_sales
from server import Server

SIZES = (1, 1_000, 100_000)
REVOKED = 10
BUSY = 1_000
HISTORY = 10_000
SALES = 200_000
PAGE = 50
FIRST = f"the first {PAGE} by offset"


class Size:
    """A database with this number of routers, each with one key and ten revoked ones, and a server on it."""

    def __init__(self, routers):
        self.routers = routers
        self.database = create(f"routers_{routers}")
        self.server = Server(self.database)
        busy = range(1, routers + 1, max(1, routers // BUSY))
        self.tokens, _ = fill(self.database, routers, revoked=REVOKED, signed=busy)
        self.one = portal("one key", self.tokens[:1])
        self.many = portal("1,000 keys", self.tokens)
        self.sizes_before = self.database.sizes()
        self.samples = {}

    def sample(self, name, workload, connections, seconds):
        self.samples.setdefault(name, []).append(wrk(self.server, workload, connections, seconds))


def measure(seconds, repeats, say):
    """All results: the sizes with their samples, the gate's plans on the largest, and near and far pages."""
    sizes = []
    for routers in SIZES:
        say(f"filling a database with {routers:,} routers and {routers * REVOKED:,} revoked keys")
        sizes.append(Size(routers))
    for _ in range(repeats):
        for size in sizes:
            say(f"admissions with {size.routers:,} routers")
            size.sample("one key, 1 connection", size.one, 1, seconds)
            size.sample("one key, 32 connections", size.one, 32, seconds)
            if size.routers >= BUSY:
                size.sample("1,000 keys, 32 connections", size.many, 32, seconds)
    largest = sizes[-1]
    for size in sizes:
        size.updates = size.database.updates()
        size.sizes_after = size.database.sizes()
    pages = far_pages(largest, seconds, repeats, say)
    found = plans(largest, say)
    for size in sizes:
        size.server.stop()
    return {"sizes": sizes, "pages": pages, "plans": found}


def far_pages(size, seconds, repeats, say):
    """Pages of a company's routers, of a router's keys and of a company's sales, the first and the last of each, by offset
    and by cursor, on one connection."""
    server, session = size.server, size.server.session()
    company, (router,) = server.make_routers(session, 1)
    fill_history(size.database, company, router, HISTORY)
    fill_sales(size.database, company, router, SALES)
    sales = "/api/v1/admin/mi-empresa/transacciones"
    lists = {
        f"a company's {size.routers:,} routers": (f"/admin/empresas/{COMPANY}/routers", size.routers, session),
        f"a router's {HISTORY:,} keys": (f"/admin/empresas/{company}/routers/{router}/api-keys", HISTORY, session),
        f"a company's {SALES:,} sales": (sales, SALES, server.company_session(session, company)),
    }
    pages = {}
    for _ in range(repeats):
        for name, (path, length, header) in lists.items():
            last = length - PAGE
            for which, start in (
                (FIRST, "offset=0"),
                (f"the last {PAGE} by offset", f"offset={last}"),
                (f"the first {PAGE} by cursor", "despues_de=inicio"),
                (f"the last {PAGE} by cursor", f"despues_de={server.cursor(path, header, last)}"),
            ):
                say(f"{name}: {which}")
                page = Workload(name, [("GET", f"{path}?limit={PAGE}&{start}", *header)])
                pages.setdefault((name, which), []).append(wrk(server, page, 1, seconds))
    return pages


def plans(size, say):
    """The plans that the server's own prepared statements run by, from PostgreSQL's log: a single request, and a group."""
    say("asking for the plans")
    log = os.readlink(f"/proc/{size.server.postgres}/fd/2")
    begin = os.path.getsize(log)
    name = size.database.run("SELECT current_database()")[0]
    for setting, value in (
        ("session_preload_libraries", "auto_explain"),
        ("auto_explain.log_min_duration", "0"),
        ("auto_explain.log_analyze", "on"),
        ("auto_explain.log_buffers", "on"),
    ):
        size.database.run(f"ALTER DATABASE {name} SET {setting} = '{value}'")
    server = Server(size.database)
    # A statement gets its generic plan after five runs.
    for jwt in size.tokens[:20]:
        server.call("GET", "/api/v1/config/public", headers={"X-API-Key": "jwt_" + jwt})
    wrk(server, size.many, 32, 1)
    server.stop()
    found = {}
    with open(log, encoding="utf-8", errors="replace") as file:
        file.seek(begin)
        entries = re.split(r"\n(?=\S)", file.read())
    for entry in entries:
        plan = re.search(r"duration: ([\d.]+) ms  plan:\n(.*)", entry, re.DOTALL)
        # A statement that changes use counts. The second half of a split log entry has no plan.
        if plan and "use_count" in plan[2] and "RETURNING" in plan[2]:
            kind = "group" if "unnest" in plan[2] else "single"
            text, _, tree = plan[2].replace("\n\t", "\n").lstrip("\t").partition("\n")
            found[kind] = (text.removeprefix("Query Text: "), float(plan[1]), tree)
    return found
