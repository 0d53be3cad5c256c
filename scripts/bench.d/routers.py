"""The cost of commands to a router's hotspot, measured with simulated routers."""

import json
import os
import subprocess

PROGRAM = os.path.join(os.environ.get("CARGO_TARGET_DIR", "target"), "release", "examples", "hotspot_bench")


def measure(seconds, say):
    """The measurements by name. Those of crowds also have the speed of the router."""
    say("calling simulated routers")
    lines = subprocess.run([PROGRAM, str(seconds)], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    found = {}
    for line in map(json.loads, lines):
        found[line["measured"], line.get("how")] = line
    return found


def text(found):
    """The results, in Markdown."""
    asked, commands = found["questions", None], found["commands", None]
    quick, slow = found["crowd", "at once"], found["crowd", "slowly"]
    return "\n".join([
        f"- One user of 20,000 is found {asked['per_second']:,.0f} times a second over {asked['sessions']} session by "
        f"{asked['callers']} callers. The longest response took {asked['longest_ms']:.1f} ms.",
        f"- {quick['guests']} guests at once, {quick['rounds']} times: {quick['errors']} errors, at most "
        f"{quick['sessions']} session, {quick['longest_ms']:,.0f} ms until the last guest was served. The process, including "
        f"the simulated router, had {quick['rss_kb_first'] // 1024} MB after the first round and "
        f"{quick['rss_kb_last'] // 1024} MB after the last.",
        f"- One round on a router as slow as a measured virtual RouterOS 7.23 (1 ms a command, 20 ms after the first "
        f"150): {slow['errors']} errors, {slow['longest_ms']:,.0f} ms.",
        f"- A print of 20,000 users is decoded at {found['decoder', None]['megabytes_per_second']:,.0f} MB/s.",
        f"- Making a user takes {commands['further']} commands, one after the other. It takes {commands['first']} if the profile is "
        f"not known yet. That query is sent together with the first command.",
    ])
