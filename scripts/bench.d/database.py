"""The database: a session of psql, and the queries of the benchmark."""

import glob
import os
import re
import shutil
import subprocess
import time

URL = os.environ["DATABASE_URL"]


def program(name):
    """A program of the newest PostgreSQL, without Debian's slow wrapper where there is one."""
    versions = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), key=lambda path: [
        int(number) for number in re.findall(r"\d+", path)])
    return versions[-1] if versions else shutil.which(name)


class Database:
    """A database of the cluster and a session in it."""

    def __init__(self, name):
        self.url = URL.rsplit("/", 1)[0] + "/" + name
        self.psql = subprocess.Popen(
            [program("psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", self.url],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PGOPTIONS": "-c client_min_messages=warning"})

    def run(self, sql):
        """Runs statements and returns their output, a list of lines."""
        self.psql.stdin.write(f"{sql}\n;\n\\echo :end:\n")
        self.psql.stdin.flush()
        lines = []
        for line in self.psql.stdout:
            if line == ":end:\n":
                return lines
            lines.append(line.rstrip("\n"))
        raise RuntimeError("psql has ended: what it said stands above")

    def number(self, sql):
        """The one number that a statement returns."""
        return float(self.run(sql)[0])

    def close(self):
        self.psql.stdin.close()
        self.psql.wait()

    def written(self):
        """The number of writing transactions. Exact at once, unlike the counters of pg_stat_database."""
        return self.number("SELECT pg_snapshot_xmax(pg_current_snapshot())")

    def uses(self):
        """The sum of all use counts, after it has stopped growing."""
        before = None
        while True:
            now = self.number("SELECT coalesce(sum(use_count), 0) FROM api_keys")
            if now == before:
                return now
            before = now
            time.sleep(0.05)

    def sizes(self):
        """The bytes of the key table and of each of its indexes, by name."""
        rows = self.run("""
            SELECT relname, pg_relation_size(oid) FROM pg_class
            WHERE oid = 'api_keys'::regclass
               OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = 'api_keys'::regclass)
            ORDER BY relkind DESC, relname""")
        return {name: int(size) for name, size in (row.split("|") for row in rows)}

    def updates(self):
        """How many rows of the key table were ever updated, how many of them in place (HOT), how many lie dead, and how
        often it was vacuumed. Up to a second late, or ten at the end of a load."""
        row = self.run("""
            SELECT n_tup_upd, n_tup_hot_upd, n_dead_tup, autovacuum_count
            FROM pg_stat_user_tables WHERE relname = 'api_keys'""")[0]
        return [int(value) for value in row.split("|")]


class Statements:
    """Counts the statements of a database inside a `with` block."""

    def __init__(self, database):
        self.database = database
        self.calls = None

    def __enter__(self):
        self.database.run("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        self.database.run("ALTER SYSTEM SET pg_stat_statements.track = 'top'")
        self.database.run("SELECT pg_reload_conf()")
        time.sleep(0.2)
        self.database.run("SELECT pg_stat_statements_reset()")
        return self

    def __exit__(self, *_):
        # Without the statements of this program.
        self.calls = self.database.number("""
            SELECT sum(calls) FROM pg_stat_statements
            WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND query !~ 'pg_snapshot_xmax|pg_stat_statements_reset'""")
        silence(self.database)


def silence(database):
    """Counting statements is loaded but off, because it is not part of the default settings."""
    database.run("ALTER SYSTEM SET pg_stat_statements.track = 'none'")
    database.run("SELECT pg_reload_conf()")


def create(name):
    """A new, empty database."""
    maker = Database("portero")
    maker.run(f"CREATE DATABASE {name}")
    maker.close()
    return Database(name)
