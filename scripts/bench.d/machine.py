"""The machine: its facts, and the processor time of its programs."""

import os
import platform
import resource
import subprocess

TICKS = os.sysconf("SC_CLK_TCK")


def stat(pid):
    """The fields of /proc/PID/stat from the third on, or nothing if the process has ended."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()
    except OSError:
        return None


def cpu_of(pid):
    """Processor seconds of a process, and of those children that it has waited for."""
    fields = stat(pid)
    return sum(map(int, fields[11:15])) / TICKS if fields else 0.0


def cpu_of_family(pid):
    """Processor seconds of a process and of its children, past and present."""
    children = (entry for entry in os.listdir("/proc") if entry.isdigit() and int(entry) != pid)
    return cpu_of(pid) + sum(cpu_of(child) for child in children if (stat(child) or [0, 0])[1] == str(pid))


def cpu_waited_for():
    """Processor seconds of this program's ended children, which are the load generators."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def cpu_of_all():
    """Processor seconds of the whole machine, without idle time."""
    with open("/proc/stat", encoding="utf-8") as file:
        user, nice, system, _idle, _wait, irq, softirq, steal = map(int, file.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / TICKS


class Processors:
    """The processor seconds of each program inside a `with` block."""

    def __init__(self, server, postgres):
        self.server, self.postgres = server, postgres
        self.used = {}

    def now(self):
        return {"server": cpu_of(self.server), "PostgreSQL": cpu_of_family(self.postgres), "wrk": cpu_waited_for(),
                "all": cpu_of_all()}

    def __enter__(self):
        self.used = self.now()
        return self

    def __exit__(self, *_):
        self.used = {who: spent - self.used[who] for who, spent in self.now().items()}


def memory_of(pid, what="VmRSS"):
    """Resident memory of a process in megabytes: now, or the maximum (`VmHWM`)."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(what + ":")) / 1024


def said(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def facts(database):
    """The facts that the figures depend on, by name."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    changed = "" if not said("git", "status", "--porcelain", "--untracked-files=no") else ", with changes"
    return {
        "Processors": f"{len(os.sched_getaffinity(0))} × {model}",
        "Memory": f"{memory:.0f} GB",
        "Kernel": f"{platform.system()} {platform.release()}",
        "PostgreSQL": database.run("SHOW server_version")[0] + ", default settings",
        "Rust": said("rustc", "--version"),
        "Commit": said("git", "rev-parse", "--short", "HEAD") + changed,
        "Load before": "{:.2f} runnable processes on average over a minute".format(os.getloadavg()[0]),
    }
