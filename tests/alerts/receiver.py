"""Receive webhooks on a real socket: at once, late, with errors, or not at all."""

import base64
import contextlib
import hashlib
import hmac
import json
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Got:
    """One request as it came."""

    headers: dict[str, str]
    body: bytes
    path: str

    @property
    def key(self) -> str:
        """Return the key by which repeats are known."""
        return self.headers["webhook-id"]

    @property
    def json(self) -> Any:
        """Return the body."""
        return json.loads(self.body)

    @property
    def changes(self) -> list[Any]:
        """Return the changes that it tells."""
        found: list[Any] = self.json["data"]["changes"]
        return found

    def is_signed_with(self, secret: str) -> bool:
        """Check the signature by the words of the specification, not by our code."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        said = f"{self.key}.{self.headers['webhook-timestamp']}.".encode() + self.body
        made = base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
        return self.headers["webhook-signature"] == f"v1,{made}"


@dataclass
class Receiver:
    """A receiver; `answer` decides about each request: a status with headers, before or after."""

    url: str
    got: list[Got] = field(default_factory=list)
    answer: Callable[[Got], tuple[int, dict[str, str]]] = lambda _got: (204, {})
    # Set: requests are answered at once. Cleared: they wait.
    open: threading.Event = field(default_factory=threading.Event)

    @property
    def keys(self) -> list[str]:
        """Return the keys of all requests, in their order."""
        return [one.key for one in self.got]


def always(status: int, **headers: str) -> Callable[[Got], tuple[int, dict[str, str]]]:
    """Return what answers each request in the same way."""
    return lambda _got: (status, headers)


def certificate_for(folder: Path, name: str) -> Path:
    """Make a certificate of a host with its key, in one file."""
    key, made = folder / "server.key", folder / "server.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    subprocess.run([*command, "-keyout", key, "-out", made], check=True, capture_output=True)
    made.write_text(made.read_text() + key.read_text())
    return made


@contextlib.contextmanager
def receiving(certificate: Path | None = None) -> Iterator[Receiver]:
    """Serve a receiver on a free port until the block ends, by HTTPS if it has a certificate."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            one = Got({n.lower(): v for n, v in self.headers.items()}, body, self.path)
            made.got.append(one)
            made.open.wait(30)
            status, headers = made.answer(one)
            with contextlib.suppress(OSError):  # whoever asked has left
                self.send_response(status)
                for name, value in {"Content-Length": "0", **headers}.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Receiver(f"http://127.0.0.1:{server.server_address[1]}/hook")
    if certificate is not None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        made.url = f"https://localhost:{server.server_address[1]}/hook"
    made.open.set()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.open.set()
        server.shutdown()
        server.server_close()
        thread.join()
