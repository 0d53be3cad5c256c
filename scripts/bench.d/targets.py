"""The targets, and whether they were reached. A missed target is reported, and does not fail the run."""

# Two measurements of one workload differ by this much on a busy machine.
NOISE = 0.05

HEALTH, ONE, HUNDRED = "/health", "portal, 1 key", "portal, 100 keys"
SINGLE = "portal, 100 keys, a statement each"


def targets(figures, start, memory):
    """Rows: the target, what was measured, PASS or FAIL. `start` is in seconds, `memory` in megabytes."""
    ratio = figures.ratio
    p99 = figures.of(HUNDRED, 32, "p99") / figures.of(SINGLE, 1, "p99")
    commits = figures.commits(HUNDRED, 128)
    rows = [
        at_least("100 keys, 32 connections: a quarter of /health", ratio(HUNDRED, 32, HEALTH), 1 / 4),
        at_least("100 keys, 128 connections: half of /health", ratio(HUNDRED, 128, HEALTH), 1 / 2),
        at_least("100 keys, 128 connections: 5 times a statement each", ratio(HUNDRED, 128, SINGLE), 5),
        at_most("100 keys, 128 connections: at most a commit for 20 requests", commits, 1 / 20),
        at_least("one key no slower than 100, 128 connections", ratio(ONE, 128, HUNDRED), 1 - NOISE),
        at_least("100 keys, 1 connection: no slower than a statement each", ratio(HUNDRED, 1, SINGLE), 1 - NOISE),
        at_most("p99 at 32 connections: twice that of a statement each at 1", p99, 2),
        at_most("start on an existing database: half a second", start, 0.5),
        at_most("resident memory after the load: 60 MB", memory, 60),
    ]
    return rows


def at_least(target, measured, bound):
    return [target, f"{measured:.3f}", "PASS" if measured >= bound else "FAIL"]


def at_most(target, measured, bound):
    return [target, f"{measured:.3f}", "PASS" if measured <= bound else "FAIL"]
