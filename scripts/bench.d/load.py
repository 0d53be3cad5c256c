"""Load: wrk on a server, pgbench on its database."""

import json
import os
import re
import subprocess
import tempfile
import time
from dataclasses import dataclass, field

from database import program
from machine import Processors

HERE = os.path.dirname(os.path.abspath(__file__))


# Request files and scripts, removed with the program.
FILES = tempfile.TemporaryDirectory(prefix="bench.")


def written(lines):
    """A file with these lines."""
    with tempfile.NamedTemporaryFile("w", dir=FILES.name, delete=False) as file:
        file.writelines(line + "\n" for line in lines)
    return file.name


class Workload:
    """Requests to send in turn. A request is its method, its path, and a header's name and value."""

    def __init__(self, name, requests):
        self.name = name
        self.file = written("\t".join(request) for request in requests)


def portal(name, tokens):
    return Workload(name, [("GET", "/api/v1/config/public", "X-API-Key", "jwt_" + jwt) for jwt in tokens])


@dataclass
class Sample:
    """The result of one measurement and its time. Times are in milliseconds, `at` in seconds."""

    at: float
    rate: float
    p50: float
    p99: float
    requests: int
    admitted: int
    broken: int
    commits: float
    cpu: dict = field(repr=False)


def wrk(server, workload, connections, seconds):
    """Loads a server, with one open request on each connection at all times."""
    threads = min(connections, 2)
    database = server.database
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s",
               "-s", f"{HERE}/requests.lua", server.url, "--", workload.file]
    before = database.written()
    with Processors(server.pid, server.postgres) as processors:
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    figures = json.loads(re.search(r"^JSON (.*)$", output, re.MULTILINE)[1])
    return Sample(
        at=time.monotonic(), rate=figures["requests"] / figures["seconds"], p50=figures["p50"], p99=figures["p99"],
        requests=figures["requests"], admitted=figures["requests"] - figures["refused"], broken=figures["broken"],
        commits=database.written() - before, cpu=processors.used)


def pgbench(database, script, clients, seconds, options=""):
    """Runs a prepared statement in a loop. Returns the number of runs a second."""
    command = [program("pgbench"), "-n", "-M", "prepared", "-c", str(clients), "-j", str(min(clients, 2)),
               "-T", str(seconds), "-f", written([script]), database.url]
    output = subprocess.run(command, capture_output=True, text=True, check=True,
                            env={**os.environ, "PGOPTIONS": options}).stdout
    return float(re.search(r"^tps = ([\d.]+)", output, re.MULTILINE)[1])
