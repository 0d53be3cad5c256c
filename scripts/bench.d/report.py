"""The report: tables, targets and the plot of the measurements."""

import os
import re
import textwrap
from statistics import median

import routers
import sales
from growth import FIRST, REVOKED
from plot import plot
from targets import targets

HEALTH, ONE, HUNDRED = "/health", "portal, 1 key", "portal, 100 keys"
SINGLE = ", a statement each"
QUIET = ", logs at warn"


def table(heads, rows):
    """A table in Markdown: names aligned left, figures aligned right."""
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(line[place]) for line in [heads, *rows]) for place in range(len(heads))]
    sides = [str.ljust if place == 0 else str.rjust for place in range(len(heads))]

    def line(cells):
        return "| " + " | ".join(side(cell, width) for side, cell, width in zip(sides, cells, widths)) + " |"

    rule = ["-" * width if place == 0 else "-" * (width - 1) + ":" for place, width in enumerate(widths)]
    return "\n".join([line(heads), "| " + " | ".join(rule) + " |", *map(line, rows)])


class Figures:
    """The samples. The figure of a workload is the median of its repeats."""

    def __init__(self, samples):
        self.samples = samples

    def of(self, name, connections, value):
        """The median of `value`, a field's name or a function of a sample."""
        take = value if callable(value) else lambda sample: getattr(sample, value)
        return median(map(take, self.samples[name, connections]))

    def rate(self, name, connections):
        return self.of(name, connections, "rate")

    def ratio(self, name, connections, to, to_connections=None):
        """The median of the ratios of throughput, each to the sample nearest in time, because a slow minute slows both."""
        others = self.samples[to, to_connections or connections]

        def nearest(sample):
            return min(others, key=lambda other: abs(other.at - sample.at))

        return median(sample.rate / nearest(sample).rate for sample in self.samples[name, connections])

    def commits(self, name, connections):
        return self.of(name, connections, lambda sample: sample.commits / max(1, sample.admitted))


def requests_table(figures):
    order = {name: place for place, (name, _) in reversed(list(enumerate(figures.samples)))}
    rows = []
    for name, connections in sorted(figures.samples, key=lambda key: (order[key[0]], key[1])):
        writes = name.startswith(("portal", "regenerate"))
        rows.append([
            name, connections, f"{figures.rate(name, connections):,.0f}",
            f"{figures.ratio(name, connections, HEALTH + QUIET if name.endswith(QUIET) else HEALTH):.3f}",
            f"{figures.of(name, connections, 'p50'):.2f}", f"{figures.of(name, connections, 'p99'):.2f}",
            f"{figures.commits(name, connections):.4f}" if writes else ""])
    return table(["request", "connections", "requests/s", "of /health", "p50 ms", "p99 ms", "commits per 200"], rows)


def processors_table(figures):
    rows = []
    for name in (HEALTH, HUNDRED, HUNDRED + SINGLE):
        for connections in (1, 32, 128):
            def spent(who):
                return figures.of(name, connections, lambda sample: sample.cpu[who] / sample.requests * 1e6)

            ours = [spent(who) for who in ("server", "PostgreSQL", "wrk")]
            cells = [f"{value:.1f} ({value / sum(ours):.0%})" for value in ours]
            rows.append([name, connections, *cells, f"{max(0, 1 - sum(ours) / spent('all')):.0%}"])
    return table(["request", "connections", "server µs", "PostgreSQL µs", "wrk µs", "others' share"], rows)


def statements_table(statements):
    rows = []
    for name, (calls, sample) in statements.items():
        rows.append([name, f"{calls / sample.requests:.3f}", f"{calls / sample.admitted:.3f}",
                     f"{sample.commits / sample.admitted:.3f}", f"{sample.admitted / sample.commits:.1f}"])
    return table(["request", "statements per request", "per 200", "commits per 200", "200s per commit"], rows)


def counted_line(counted):
    uses, admitted = (sum(row[place] for row in counted) for place in (0, 1))
    exact = all(0 <= more - answered <= connections for more, answered, connections in counted)
    under_way = sum(connections for _, _, connections in counted)
    return (f"wrk saw {admitted:,} responses 200 to portals. `use_count` grew by {uses:,.0f} meanwhile, "
            f"{uses - admitted:,.0f} more. wrk does not count the requests that are open when it ends, "
            f"at most {under_way:,} in all. In each measurement the difference is between 0 and the number of its "
            f"connections: {'yes' if exact else 'NO'}.")


def growth_tables(sizes):
    names = list(sizes[-1].samples)
    rows = []
    for size in sizes:
        for name in names:
            if name in size.samples:
                seen = size.samples[name]
                busy = median(sample.cpu["PostgreSQL"] / sample.admitted * 1e6 for sample in seen)
                group = median(sample.admitted / sample.commits for sample in seen)
                p50, p99 = (median(getattr(sample, value) for sample in seen) for value in ("p50", "p99"))
                rows.append([name, f"{size.routers:,}", f"{median(sample.rate for sample in seen):,.0f}",
                             f"{p50:.2f}", f"{p99:.2f}", f"{group:.1f}", f"{busy:.1f}", f"{busy * group:.0f}"])
    rows.sort(key=lambda row: names.index(row[0]))
    costs = table(["admissions by", "routers", "requests/s", "p50 ms", "p99 ms", "200s per commit",
                   "PostgreSQL µs per 200", "and per commit"], rows)
    rows = []
    for size in sizes:
        updated, in_place, dead, vacuums = size.updates
        rows.append([f"api_keys, {size.routers:,} routers", f"{updated:,}", f"{in_place / max(1, updated):.2%}",
                     f"{dead:,}", vacuums])
    updates = table(["table", "rows updated", "in place (HOT)", "dead rows left", "vacuums"], rows)
    rows = []
    for name in sizes[-1].sizes_before:
        cells = [f"{size.sizes_before[name] // 1024:,} → {size.sizes_after[name] // 1024:,}" for size in sizes]
        rows.append([name, *cells])
    grown = table(["kB before → after the load", *[f"{size.routers:,} routers" for size in sizes]], rows)
    return costs, updates, grown


def pages_table(pages):
    rows = []
    for (name, which), samples in pages.items():
        first = median(sample.p50 for sample in pages[name, FIRST])
        p50, p99 = (median(getattr(sample, value) for sample in samples) for value in ("p50", "p99"))
        rows.append([f"{name}: {which}", f"{p50:.2f}", f"{p99:.2f}", f"{p50 / first:.2f}"])
    return table(["page", "p50 ms", "p99 ms", "of the first by offset"], rows)


def plans_text(plans):
    titles = {"single": "A single request", "group": "A group of requests"}
    return "\n\n".join(
        f"{titles[kind]}:\n\n```text\n{textwrap.fill(text, 118)}\n\n{tree.rstrip()}\nDuration: {spent} ms\n```"
        for kind, (text, spent, tree) in sorted(plans.items(), reverse=True))


def report(results):
    """The whole report, in Markdown."""
    figures = Figures(results["samples"])
    loaded, most = results["memory"]
    starts, idle = ([start[place] for start in results["starts"]] for place in (0, 1))
    waiting, not_waiting = results["bare"]
    broken = sum(sample.broken for samples in figures.samples.values() for sample in samples)
    costs, updates, grown = growth_tables(results["sizes"])
    judged = targets(figures, median(starts), loaded)
    return "\n\n".join([
        "\n".join(f"- {name}: {value}" for name, value in results["facts"].items()),
        f"Each figure is the median of {results['repeats']} measurements of {results['seconds']} seconds. A ratio compares two "
        f"measurements that are near in time. Broken connections and timeouts: {broken}.",
        "### Targets", table(["target", "measured", "verdict"], judged),
        "### Requests", requests_table(figures),
        f"`pgbench` with the bare `UPDATE … WHERE id = …` on the same database, prepared, over 100 keys, 10 clients: "
        f"{waiting:,.0f} statements/s, and {not_waiting:,.0f} with `synchronous_commit = off`.",
        "![Throughput and p99 against connections](performance.svg)",
        "### Statements and commits", "At 128 connections, in separate measurements of one second each:",
        statements_table(results["statements"]),
        "### Exactness", counted_line(results["counted"]),
        "### Processors",
        "Processor time for each request, and its share. The last column is the share of other programs.",
        processors_table(figures),
        "### Routers", routers.text(results["routers"]),
        "### Sales", sales.text(results["sales"]),
        "### Start and memory",
        f"From the start of the process to the first healthy response, on an existing database: "
        f"{median(starts) * 1e3:.0f} ms (median of {len(starts)}; {min(starts) * 1e3:.0f} to {max(starts) * 1e3:.0f}). "
        f"Resident memory: {median(idle):.1f} MB idle, {loaded:.1f} MB after the load, at most {most:.1f} MB.",
        "### Growth", f"Each router has one key in use and {REVOKED} revoked ones.", costs, updates, grown,
        "### Pages near and far", "One connection. A page by offset is counted, a page by cursor is not.", pages_table(results["pages"]),
        f"### Plans on {results['sizes'][-1].routers:,} routers",
        "From auto_explain, for the server's own prepared statements, while 32 connections sent requests.",
        plans_text(results["plans"]),
    ])


def drawing(results):
    figures = Figures(results["samples"])
    connections = sorted({count for _, count in figures.samples})
    names = {HEALTH: "/health", HUNDRED: "groups", HUNDRED + SINGLE: "one each"}

    def series(value):
        return {label: [figures.of(name, count, value) for count in connections] for name, label in names.items()}

    return plot("Portal requests over 100 keys: in groups, or a statement each", connections,
                [("requests per second", series("rate")), ("p99 in milliseconds", series("p99"))])


def write(results, directory):
    """Prints the report, writes it between the marks of performance.md, and writes the plot."""
    text = report(results)
    print(text)
    path = os.path.join(directory, "performance.md")
    with open(path, encoding="utf-8") as file:
        document = file.read()
    begin, end = "<!-- bench: begin -->", "<!-- bench: end -->"
    document = re.sub(f"{begin}.*{end}", lambda _: f"{begin}\n\n{text}\n\n{end}", document, flags=re.DOTALL)
    with open(path, "w", encoding="utf-8") as file:
        file.write(document)
    with open(os.path.join(directory, "performance.svg"), "w", encoding="utf-8") as file:
        file.write(drawing(results))
