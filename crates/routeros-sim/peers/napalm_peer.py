"""napalm-ros against the simulator: a wide read-only sweep."""

import ssl

from napalm.base import get_network_driver

from simulator import Report, router

report = Report("napalm-ros 1.6.1")

for release in ("6.49.19", "7.18", "7.24"):
    with router("--version", release, "--client", "AA:BB:CC:DD:EE:FF=10.5.50.10") as (host, port, _):
        options = {"port": port, "use_ssl": False}
        device = get_network_driver("ros")(host, "admin", "secret", timeout=10, optional_args=options)
        device.open()
        facts = device.get_facts()
        report.equal("the vendor", facts["vendor"], "MikroTik")
        report.holds("the version", facts["os_version"].startswith(release))
        report.equal("the name", facts["hostname"], "MikroTik")
        report.equal("the interfaces", facts["interface_list"], ["bridge", "ether1"])
        report.equal("interfaces", sorted(device.get_interfaces()), ["bridge", "ether1"])
        report.equal("addresses", device.get_interfaces_ip()["bridge"]["ipv4"], {"10.5.50.1": {"prefix_length": 24}})
        report.equal("the table of ARP", device.get_arp_table()[0]["mac"], "AA:BB:CC:DD:EE:FF")
        report.equal("the accounts", sorted(device.get_users()), ["admin"])
        report.holds("it is alive", device.is_alive()["is_alive"])
        device.close()

report.done()
