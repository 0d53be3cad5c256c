"""Starts the simulators for a driver, and receives their webhooks."""

import contextlib
import http.server
import os
import queue
import subprocess
import threading
from urllib.parse import parse_qsl, urlsplit

import requests


@contextlib.contextmanager
def gateways(*arguments):
    """Running simulators: the URLs of Conekta, Mercado Pago and Telegram."""
    command = [os.environ["GATEWAYS_SIM"], "serve", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield ["http://" + process.stdout.readline().split()[-1] for _ in range(3)]
    finally:
        process.terminate()
        process.wait()


def steer(url, path, **body):
    """Sends a control request."""
    response = requests.post(f"{url}/_sim/{path}", json=body, timeout=10)
    response.raise_for_status()


def exchanges(url):
    """The requests that a gateway has seen, with its responses."""
    return requests.get(f"{url}/_sim/requests", timeout=10).json()["requests"]


class Receiver:
    """Receives webhooks on a loopback port and responds 200 to each."""

    def __init__(self):
        received = self.received = queue.Queue()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                received.put((dict(parse_qsl(urlsplit(self.path).query)), self.headers, body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *arguments):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{server.server_port}/hook"

    def next(self):
        """The next webhook: its query, headers and body."""
        return self.received.get(timeout=20)
