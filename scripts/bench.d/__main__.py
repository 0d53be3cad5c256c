"""Measures everything, then writes the report. Progress goes to standard error."""

import os
import sys

import growth
import machine
import report
import routers
import sales
from database import Database, Statements, create, silence
from load import Workload, pgbench, portal, wrk
from seed import COMPANY, fill
from server import Server

SECONDS = int(os.environ.get("BENCH_SECONDS", "3"))
REPEATS = int(os.environ.get("BENCH_REPEATS", "3"))
CONNECTIONS = (1, 8, 32, 128, 512)
KEYS = 10_000
ROUTERS = 100

# The statement for pgbench: the smallest that could admit and count a request.
BARE = f"""\\set n random(1, {ROUTERS})
UPDATE api_keys SET use_count = use_count + 1, last_used_at = now() WHERE company_id = '{COMPANY}' AND id = 'key_' || lpad(:n::text, 16, '0');
"""


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def by_turns(good, bad):
    return [jwt for pair in zip(good, bad) for jwt in pair]


class Bench:
    """The two servers, alike but for their gates, on one database, and the requests that they are sent."""

    def __init__(self):
        self.database = create("requests")
        self.group = Server(self.database)
        self.single = Server(self.database, gate="single")
        self.quiet = Server(self.database, log="warn")
        good, revoked = fill(self.database, KEYS, revoked_signed=ROUTERS)
        # Signed by nobody we know.
        forged = [jwt.rpartition(".")[0] + "." + "A" * 43 for jwt in good[:ROUTERS]]
        session = self.group.session()
        company, routers = self.group.make_routers(session, ROUTERS)
        listing = f"/admin/empresas/{company}/routers"
        # From all over the table.
        some = good[:: KEYS // ROUTERS]
        self.health = Workload("/health", [("GET", "/health", "", "")])
        self.one = portal("portal, 1 key", good[:1])
        self.hundred = portal("portal, 100 keys", some)
        self.all = portal("portal, 10,000 keys", good)
        self.forged = portal("portal, half of the keys forged", by_turns(some, forged))
        self.revoked = portal("portal, half of the keys revoked", by_turns(some, revoked))
        self.listing = Workload("list 100 routers", [("GET", listing, *session)])
        self.regenerate = Workload(
            "regenerate a key", [("POST", f"{listing}/{router}/regenerate-api-key", *session) for router in routers])
        self.samples = {}
        self.counted = []

    def plan(self, connections):
        """The measurements at this number of connections, without /health. The flag selects the plain gate."""
        plan = [(self.one, False), (self.hundred, False), (self.hundred, True), (self.all, False)]
        if connections in (1, 128):
            plan.append((self.one, True))
        if connections in (32, 128):
            plan += [(self.forged, False), (self.revoked, False)]
        if connections in (1, 32, 128):
            plan += [(self.listing, False), (self.regenerate, False)]
        return plan

    def sample(self, workload, single, connections):
        before = self.database.uses()
        sample = wrk(self.single if single else self.group, workload, connections, SECONDS)
        counted = self.database.uses() - before
        if workload.name.startswith("portal"):
            self.counted.append((counted, sample.admitted, connections))
        name = workload.name + (", a statement each" if single else "")
        self.samples.setdefault((name, connections), []).append(sample)
        say(f"{name}, {connections} connections: {sample.rate:.0f}/s, p99 {sample.p99:.2f} ms")

    def rounds(self):
        for turn in range(REPEATS):
            for connections in CONNECTIONS:
                plan = self.plan(connections)
                # The other way round every second time, so that nobody always comes after the same.
                for place, (workload, single) in enumerate(plan if turn % 2 == 0 else plan[::-1]):
                    if place % 3 == 0:
                        self.sample(self.health, False, connections)
                    self.sample(workload, single, connections)

    def quiet_rounds(self):
        """The gate beside /health once more, both without a log line for each request."""
        for _ in range(REPEATS):
            for workload in (self.health, self.hundred):
                sample = wrk(self.quiet, workload, 128, SECONDS)
                self.samples.setdefault((workload.name + report.QUIET, 128), []).append(sample)
                say(f"{workload.name}{report.QUIET}: {sample.rate:.0f}/s")

    def statements(self):
        """Statements for each admitted call, and for each call at all, at 128 connections."""
        found = {}
        for workload, single in self.plan(128):
            if workload.name.startswith("portal"):
                with Statements(self.database) as counter:
                    sample = wrk(self.single if single else self.group, workload, 128, 1)
                name = workload.name + (", a statement each" if single else "")
                found[name] = (counter.calls, sample)
        return found

    def bare(self):
        """The bare statement by pgbench, with and without waiting for the disk."""
        waiting, not_waiting = [], []
        for _ in range(REPEATS):
            waiting.append(pgbench(self.database, BARE, 10, SECONDS))
            not_waiting.append(pgbench(self.database, BARE, 10, SECONDS, "-c synchronous_commit=off"))
        return report.median(waiting), report.median(not_waiting)

    def starts(self):
        """The time to the first healthy response on this database, and the memory then, several times."""
        starts = []
        for _ in range(7):
            server = Server(self.database)
            starts.append((server.started_in, machine.memory_of(server.pid)))
            server.stop()
        return starts

    def stop(self):
        self.group.stop()
        self.single.stop()
        self.quiet.stop()


def main():
    portero = Database("portero")
    silence(portero)
    facts = machine.facts(portero)
    say("filling a database")
    bench = Bench()
    bench.rounds()
    bench.quiet_rounds()
    after_load = machine.memory_of(bench.group.pid)
    results = {
        "seconds": SECONDS, "repeats": REPEATS, "facts": facts, "samples": bench.samples, "counted": bench.counted,
        "statements": bench.statements(), "bare": bench.bare(), "starts": bench.starts(),
        "memory": (after_load, machine.memory_of(bench.group.pid, "VmHWM")),
    }
    bench.stop()
    results |= growth.measure(SECONDS, REPEATS, say)
    results["routers"] = routers.measure(SECONDS, say)
    results["sales"] = sales.measure(SECONDS, REPEATS, say)
    report.write(results, os.environ.get("BENCH_OUT", "docs"))


main()
