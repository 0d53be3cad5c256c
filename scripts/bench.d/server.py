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

# A copy, so that a build during the run does not change the measured program.
PROGRAM = os.path.join(FILES.name, "server")
shutil.copy(os.path.join(os.environ.get("CARGO_TARGET_DIR", "target"), "release", "server"), PROGRAM)
EMAIL, PASSWORD = "bench@portero.example", "the password of the benches"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A process of the release build on a database. It logs as it does by default, unless `log` says another level.
    `extra` has more settings."""

    def __init__(self, database, gate="group", log="info", extra=None):
        self.database = database
        self.postgres = int(database.number("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int"))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = tempfile.NamedTemporaryFile(prefix="server.", suffix=".log")
        self.environment = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": database.url,
            "BIND_ADDR": f"127.0.0.1:{self.port}",
            "BENCH_GATE": gate,
            "RUST_LOG": log,
            "RATE_LIMITS": "off",
            "JWT_APIKEY_SECRET": SECRET,
            "JWT_SESSION_SECRET": "the secret of the benches for sessions, no other",
            "ENCRYPTION_KEY": base64.b64encode(bytes(32)).decode(),
            "SUPER_ADMIN_INITIAL_EMAIL": EMAIL,
            "SUPER_ADMIN_INITIAL_PASSWORD": PASSWORD,
            **(extra or {}),
        }
        self.process = None
        self.started_in = self.start()

    def start(self):
        """Starts the server. Returns the seconds to its first healthy response."""
        begin = time.monotonic()
        # The server ends when this program ends, in every case.
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
        """Sends one request. Returns the status and the JSON of the response."""
        answer, answered = self.exchange(method, path, body, headers)
        return answer.status, answered

    def exchange(self, method, path, body=None, headers=None):
        """Sends one request. Returns the response with its headers, and its JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        text = None if body is None else json.dumps(body)
        connection.request(method, path, text, {"Content-Type": "application/json", **(headers or {})})
        answer = connection.getresponse()
        answered = json.loads(answer.read())
        connection.close()
        return answer, answered

    def session(self, email=EMAIL):
        """The header of a session, of a super admin or of a user with the same password."""
        status, answer = self.call("POST", "/api/v1/auth/login", {"email": email, "password": PASSWORD})
        if status != 200:
            raise RuntimeError(f"login: {status} {answer}")
        return "Authorization", "Bearer " + answer["access_token"]

    def company_session(self, session, company):
        """Adds an admin of a company. Returns the header of the admin's session."""
        email = f"{company.lower()}@portero.example"
        person = {"email": email, "password": PASSWORD, "nombre": "Bench", "rol": "cliente_admin", "empresa_id": company}
        status, answer = self.call("POST", "/admin/usuarios", person, dict([session]))
        if status != 201:
            raise RuntimeError(f"a company's admin: {status} {answer}")
        return self.session(email)

    def cursor(self, path, session, rows):
        """The cursor after this number of rows of a list."""
        answer, answered = self.exchange("GET", f"{path}?limit=1&offset={rows - 1}", headers=dict([session]))
        if answer.getheader("X-Next-Cursor") is None:
            raise RuntimeError(f"no cursor behind row {rows} of {path}: {answer.status} {answered}")
        return answer.getheader("X-Next-Cursor")

    def make_routers(self, session, count):
        """Adds a company and its routers by the API. Returns the company and the routers."""
        header = dict([session])
        company = {"nombre": "Bench", "contacto_email": EMAIL}
        company = self.call("POST", "/admin/empresas", company, header)[1]["id"]
        path = f"/admin/empresas/{company}/routers"
        # Portero does not connect to routers on this machine, so no real router is disturbed.
        router = {"empresa_id": company, "host": "127.0.0.1", "usuario": "admin", "password": "secret"}
        routers = [self.call("POST", path, {**router, "nombre": f"Router {number}"}, header) for number in range(count)]
        return company, [answer["id"] for _, answer in routers]
