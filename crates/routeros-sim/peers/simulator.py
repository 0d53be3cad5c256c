"""Starts a simulator for a driver, and says what the driver saw."""

import contextlib
import os
import subprocess
import sys


@contextlib.contextmanager
def router(*arguments):
    """A running router: its host and port, and with TLS the port of that too."""
    command = [os.environ["ROUTEROS_SIM"], "serve", "--login-delay", "100", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        lines = 2 if "--tls-listen" in arguments else 1
        words = [process.stdout.readline().split() for _ in range(lines)]
        host, port = words[0][2].rsplit(":", 1)
        tls = int(words[1][3].rsplit(":", 1)[1]) if lines == 2 else None
        yield host, int(port), tls
    finally:
        process.terminate()
        process.wait()


class Report:
    """Counts what was as expected, and ends the driver when something was not."""

    def __init__(self, client):
        self.client = client
        self.seen = 0

    def equal(self, what, seen, expected):
        if seen != expected:
            sys.exit(f"{self.client}: {what}: expected {expected!r}, saw {seen!r}")
        self.seen += 1

    def holds(self, what, condition):
        self.equal(what, bool(condition), True)

    def raises(self, what, kind, text, call):
        try:
            value = call()
        except kind as error:
            self.holds(f"{what}: {text!r} in {error!r}", text in str(error))
        else:
            sys.exit(f"{self.client}: {what}: expected {kind!r}, saw {value!r}")

    def done(self):
        print(f"{self.client}: {self.seen} checks passed")
