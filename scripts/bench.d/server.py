"""A server under measurement."""

import base64
import http.client
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time

from load import FILES
from seed import SECRET

# A copy, so that a build meanwhile changes nothing: all figures are of one program.
PROGRAM = os.path.join(FILES.name, "server")
shutil.copy(os.path.join(os.environ.get("CARGO_TARGET_DIR", "target"), "release", "server"), PROGRAM)
EMAIL, PASSWORD = "bench@portero.example", "the password of the benches"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A process of the release build on a database, logging as it does by default."""

    def __init__(self, database, gate="group"):
        self.database = database
        self.postgres = int(database.number("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int"))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = tempfile.NamedTemporaryFile(prefix="server.", suffix=".log")
        self.environment = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": database.url,
            "BIND_ADDR": f"127.0.0.1:{self.port}",
            "PORTAL_GATE": gate,
            "RATE_LIMITS": "off",
            "JWT_APIKEY_SECRET": SECRET,
            "JWT_SESSION_SECRET": "the secret of the benches for sessions, no other",
            "ENCRYPTION_KEY": base64.b64encode(bytes(32)).decode(),
            "SUPER_ADMIN_INITIAL_EMAIL": EMAIL,
            "SUPER_ADMIN_INITIAL_PASSWORD": PASSWORD,
        }
        self.process = None
        self.started_in = self.start()

    def start(self):
        """Starts it, and answers after how many seconds it gave its first healthy answer."""
        begin = time.monotonic()
        # It ends with us, however we end.
        command = ["setpriv", "--pdeathsig", "TERM", PROGRAM]
        self.process = subprocess.Popen(command, env=self.environment, stdout=self.log, stderr=self.log)
        while True:
            try:
                if self.call("GET", "/health")[0] == 200:
                    return time.monotonic() - begin
            except ConnectionRefusedError:
                pass
            if self.process.poll() is not None or time.monotonic() - begin > 60:
                with open(self.log.name, encoding="utf-8") as log:
                    raise RuntimeError("the server did not start: " + log.read())
            time.sleep(0.001)

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def call(self, method, path, body=None, headers=None):
        """One request. Answers the status and the JSON of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        text = None if body is None else json.dumps(body)
        connection.request(method, path, text, {"Content-Type": "application/json", **(headers or {})})
        answer = connection.getresponse()
        status, answered = answer.status, json.loads(answer.read())
        connection.close()
        return status, answered

    def session(self):
        """The header of a super admin's session."""
        status, answer = self.call("POST", "/api/v1/auth/login", {"email": EMAIL, "password": PASSWORD})
        if status != 200:
            raise RuntimeError(f"login: {status} {answer}")
        return "Authorization", "Bearer " + answer["access_token"]

    def make_routers(self, session, count):
        """Adds a company and its routers the way an operator does. Answers the company and the routers."""
        header = dict([session])
        company = {"nombre": "Bench", "contacto_email": EMAIL}
        company = self.call("POST", "/admin/empresas", company, header)[1]["id"]
        path = f"/admin/empresas/{company}/routers"
        router = {"empresa_id": company, "host": "192.168.88.1", "usuario": "admin", "password": "secret"}
        routers = [self.call("POST", path, {**router, "nombre": f"Router {number}"}, header) for number in range(count)]
        return company, [answer["id"] for _, answer in routers]
