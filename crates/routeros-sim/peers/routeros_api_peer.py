"""routeros_api against the simulator: tags, queries as `?name=value`, an empty value without its second `=`."""

import routeros_api
from routeros_api.exceptions import RouterOsApiCommunicationError, RouterOsApiConnectionError

from simulator import Report, router

report = Report("routeros_api 0.21.0")


def pool(host, port, password="secret", plaintext_login=True):
    return routeros_api.RouterOsApiPool(
        host, username="admin", password=password, port=port, plaintext_login=plaintext_login
    )


for release in ("6.49.19", "7.17", "7.18", "7.24"):
    with router("--version", release, "--profile", "1hora", "--users", "20") as (host, port, _):
        bad = pool(host, port, "bad")
        report.raises("a bad login", RouterOsApiCommunicationError, "invalid user name or password", bad.get_api)
        # The client begins with the old login unless told: a known breakage from 6.45.1 on.
        old = pool(host, port, plaintext_login=False)
        report.raises("the old login", RouterOsApiCommunicationError, "invalid user name or password", old.get_api)
        connection = pool(host, port)
        api = connection.get_api()
        users = api.get_resource("/ip/hotspot/user")
        users.add(name="PT-1", password="", profile="1hora", comment="MODE=PIN TL=1h")
        row = users.get(name="PT-1")[0]
        report.equal("a comment with an equals sign", row["comment"], "MODE=PIN TL=1h")
        report.holds("an empty password is none", "password" not in row)
        report.equal("a query that finds nothing", users.get(name="nobody"), [])
        report.equal("the whole table", len(users.get()), 22)
        users.set(id=row["id"], password="0456")
        report.equal("a password of digits", users.get(name="PT-1")[0]["password"], "0456")
        report.raises("a duplicate", RouterOsApiCommunicationError, "already have user", lambda: users.add(name="PT-1"))
        report.raises("a removal of what is not there", RouterOsApiCommunicationError, "no such item", lambda: users.remove(id="*FFFF"))
        promises = [
            api.get_binary_resource("/ip/hotspot/user").call_async("print", queries={"name": f"seed-{n:06}".encode()})
            for n in range(1, 21)
        ]
        names = [promise.get()[0]["name"] for promise in promises]
        report.equal("twenty commands at once", names, [f"seed-{n:06}".encode() for n in range(1, 21)])
        users.remove(id=row["id"])
        report.equal("a removal", users.get(name="PT-1"), [])
        connection.disconnect()

with router("--version", "6.42.12") as (host, port, _):
    connection = pool(host, port, plaintext_login=False)
    identity = connection.get_api().get_resource("/system/identity").get()
    report.equal("the old login on an old router", identity, [{"name": "MikroTik"}])
    connection.disconnect()

with router() as (host, port, _):
    connection = pool(host, port)
    users = connection.get_api().get_binary_resource("/ip/hotspot/user")
    users.call("add", {"name": b"latin", "comment": b"caf\xe9"})
    text = connection.get_api().get_resource("/ip/hotspot/user").get(name="latin")[0]["comment"]
    report.equal("bytes that are no UTF-8 are shown escaped", text, "caf\\xe9")
    connection.disconnect()

with router("--max-sessions", "1") as (host, port, _):
    connection = pool(host, port)
    connection.get_api()
    report.raises("one session too many", (RouterOsApiConnectionError, OSError), "", pool(host, port).get_api)
    connection.disconnect()

report.done()
