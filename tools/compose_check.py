"""Run docker-compose.yml from nothing: sign in by TLS, add a position, restart, find it again.

On a machine without an image registry, stand-in images get the official tags, and the check names
them: see deploy/stand-ins. Needs podman 4.3 or newer with runc, netavark, aardvark-dns and
iptables, and debootstrap for the stand-ins.
"""

import atexit
import contextlib
import http.cookiejar
import json
import os
import secrets
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SITE, PROJECT, PORT = "parley.test", "parleycheck", 18443
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
BASE, LOCAL_BASE = "docker.io/library/python:3.13-slim-bookworm", "localhost/parley-base:bookworm"
STAND_INS = {"docker.io/library/postgres:18": "postgres", "docker.io/library/caddy:2": "caddy"}
CONF = """[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[network]
network_backend = "netavark"
"""
began = time.monotonic()


def step(text: str) -> None:
    """Print a step with the seconds since the start."""
    print(f"{time.monotonic() - began:6.1f} s  {text}", flush=True)


def run(*command: object, check: bool = True, given: str | None = None, **ways: Any) -> str:
    """Run a command and return its output; exit if it fails and `check` is set."""
    done = subprocess.run(
        [str(c) for c in command], capture_output=True, text=True, input=given, **ways
    )
    if check and done.returncode:
        sys.exit(
            f"failed: {' '.join(map(str, command))}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        )
    return done.stdout if done.returncode == 0 else ""


def has(image: str) -> bool:
    """Tell whether an image is present."""
    return subprocess.run(["podman", "image", "exists", image], capture_output=True).returncode == 0


def pulled(image: str) -> bool:
    """Pull an image; return False if that is impossible."""
    return bool(run("timeout", 60, "podman", "pull", "-q", image, check=False))


def build(tag: str, base: str, context: Path, *more: object) -> None:
    """Build an image without a daemon.

    The machine's certificates are trusted during the build and are not left in the image.
    """
    pip = Path(tempfile.gettempdir()) / "parley-check-pip.conf"
    pip.write_text(f"[global]\ncert = {CERTIFICATES}\n")
    mounts = ["-v", f"{CERTIFICATES}:{CERTIFICATES}:ro", "-v", f"{pip}:/etc/pip.conf:ro"]
    isolated = ["--format", "docker", "--isolation=chroot", "--network=host"]
    run(
        "podman",
        "build",
        *isolated,
        *mounts,
        "--build-arg",
        f"BASE={base}",
        "-t",
        tag,
        *more,
        context,
    )


def local_base() -> None:
    """Make a Debian with Python, for machines without a registry."""
    if has(LOCAL_BASE):
        return
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        mirror = next(w for w in run("apt-cache", "policy", "bash").split() if w.startswith("http"))
        packages = "--include=python3,python3-venv,ca-certificates"
        run("debootstrap", "--variant=minbase", packages, "bookworm", f"{folder}/root", mirror)
        with subprocess.Popen(
            ["tar", "-C", f"{folder}/root", "-c", "."], stdout=subprocess.PIPE
        ) as tar:
            command = ["podman", "import", "-q", "-", LOCAL_BASE]
            subprocess.run(command, stdin=tar.stdout, check=True, capture_output=True)


def images() -> list[str]:
    """Pull or build every image; return those that are stand-ins."""
    stand_ins: list[str] = []
    base = BASE
    if not pulled(BASE):
        base = LOCAL_BASE
        local_base()
        stand_ins.append(BASE)
    step(f"base: {base}")
    for image, name in STAND_INS.items():
        if not pulled(image):
            local_base()
            build(
                image,
                LOCAL_BASE,
                ROOT / "deploy/stand-ins",
                "-f",
                ROOT / f"deploy/stand-ins/{name}.Dockerfile",
            )
            stand_ins.append(image)
        step(f"image: {image}")
    build("localhost/parley:latest", base, ROOT)
    step("image: parley, by the Dockerfile")
    return stand_ins


class Site:
    """A simple browser that connects through the proxy by TLS and trusts only its certificate."""

    def __init__(self, certificate: Path) -> None:
        self.cookies = http.cookiejar.CookieJar()
        handlers = [
            urllib.request.HTTPSHandler(
                context=ssl.create_default_context(cafile=str(certificate))
            ),
            urllib.request.HTTPCookieProcessor(self.cookies),
            urllib.request.ProxyHandler({}),
        ]
        self.opener = urllib.request.build_opener(*handlers)

    def ask(self, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str]:
        """Send a request; return status and body."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(f"https://{SITE}:{PORT}{path}", body, sent)
        try:
            with self.opener.open(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def wait(self, path: str) -> None:
        """Wait until the path answers."""
        for _ in range(240):
            with contextlib.suppress(OSError):
                if self.ask(path)[0] == 200:
                    return
            time.sleep(0.5)
        sys.exit(f"{path} does not answer")


def healthy(name: str) -> None:
    """Wait until a container is healthy."""
    for _ in range(240):
        if (
            subprocess.run(["podman", "healthcheck", "run", name], capture_output=True).returncode
            == 0
        ):
            return
        time.sleep(0.5)
    sys.exit(f"{name} is not healthy:\n{run('podman', 'logs', '--tail', 40, name)}")


def main() -> None:
    """Start everything, check it, and remove it again."""
    if os.geteuid() or not shutil.which("podman"):
        sys.exit(
            "needs root and: apt-get install podman buildah runc netavark aardvark-dns iptables"
            " debootstrap"
        )
    folder = Path(tempfile.mkdtemp(prefix="parley-check-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "containers.conf").write_text(CONF)
    os.environ["CONTAINERS_CONF"] = str(folder / "containers.conf")
    run(sys.executable, "-m", "venv", folder / "venv")
    run(folder / "venv/bin/pip", "install", "-qq", "podman-compose>=1.6")
    stand_ins = images()
    env = folder / ".env"
    run(sys.executable, ROOT / "tools/env.py", SITE, "--tls", "tls internal", "--path", env)
    with open(env, "a") as file:
        file.write(f"HTTPS_PORT=127.0.0.1:{PORT}\nHTTP_PORT=127.0.0.1:{PORT + 1}\n")
    podman = shutil.which("podman")
    compose = [
        folder / "venv/bin/podman-compose",
        "--podman-path",
        podman,
        "-p",
        PROJECT,
        "--env-file",
        env,
    ]
    up = [*compose, "up", "-d", "--no-deps", "--no-build"]

    def down() -> None:
        run(*compose, "down", "-v", "-t", 20, check=False, cwd=ROOT)

    down()
    atexit.register(down)
    # podman-compose ignores `condition: service_healthy`, so wait for each here.
    run(*up, "db", cwd=ROOT)
    healthy(f"{PROJECT}_db_1")
    step("db is healthy")
    run(*up, "migrate", cwd=ROOT)
    if run("podman", "wait", f"{PROJECT}_migrate_1").strip() != "0":
        sys.exit(run("podman", "logs", f"{PROJECT}_migrate_1"))
    step("migrate has run once")
    run(*up, "app", cwd=ROOT)
    healthy(f"{PROJECT}_app_1")
    step("app is healthy")
    password = secrets.token_urlsafe(18)
    token = fill(password)
    # Last, since for a moment it keeps the others from resolving each other's names.
    run(*up, "proxy", cwd=ROOT)
    check(folder, stand_ins, password, token)


def fill(password: str) -> str:
    """Load the example and make an editor with the program's commands; return a token."""
    parley = ["podman", "exec", "-i", f"{PROJECT}_app_1", "/srv/venv/bin/parley"]
    run(*parley, "import", "/srv/parley/seeds/ukraine-ceasefire-2025")
    run(
        *parley,
        "user",
        "add",
        "mira",
        "--role",
        "editor",
        "--password-stdin",
        given=password + "\n",
    )
    return run(*parley, "token", "add", "mira", "--name", "check").strip()


def check(folder: Path, stand_ins: list[str], password: str, token: str) -> None:
    """Sign in, add a position, restart everything, and find the position again."""
    app, proxy = f"{PROJECT}_app_1", f"{PROJECT}_proxy_1"
    root = folder / "root.crt"
    for _ in range(60):
        root.write_text(
            run(
                "podman",
                "exec",
                proxy,
                "cat",
                "/data/caddy/pki/authorities/local/root.crt",
                check=False,
            )
        )
        if root.stat().st_size:
            break
        time.sleep(0.5)
    _resolve_here()
    site = Site(root)
    site.wait("/readyz")
    step("ready, through the proxy by TLS")
    site.ask("/login", urllib.parse.urlencode({"name": "mira", "password": password}).encode())
    cookie = next(c for c in site.cookies if c.name == "__Host-parley_session")
    assert cookie.secure, "the cookie may travel without TLS"
    assert "mira" in site.ask("/account")[1], "not signed in"
    step("signed in through the proxy")
    status, body = site.ask("/api/v1/positions?negotiation=ukraine-ceasefire-2025&limit=1")
    like = json.loads(body)["data"][0]
    source, exact = like["quotes"][0]["source"]["id"], like["quotes"][0]["exact"]
    quoted = {"source_id": source, "exact": exact}
    position = {
        "negotiation": like["negotiation"],
        "party": like["party"],
        "issue": like["issue"],
        "quotes": [quoted],
    }
    sent = json.dumps(
        {**position, "summary": "Added through the proxy", "stated_on": "2025-03-17"}
    ).encode()
    bare = Site(root)
    status, body = bare.ask(
        "/api/v1/positions", sent, Authorization=f"Bearer {token}", Content_Type="application/json"
    )
    assert status == 201, body
    number = json.loads(body)["data"]["id"]
    step(f"position {number} added")
    for name in ("db", "app", "proxy"):
        run("podman", "restart", "-t", 50, f"{PROJECT}_{name}_1")
    site.wait(f"/api/v1/positions/{number}")
    assert "Added through the proxy" in bare.ask(f"/positions/{number}")[1]
    assert "mira" in site.ask("/account")[1], "no longer signed in"
    step("every container restarted; the position and the sign-in are still there")
    _hardened(app)
    step("app: no root, read-only, no capability; only the proxy is published")
    look = "from urllib.request import urlopen; print(urlopen('http://app:8000/metrics').status)"
    assert run("podman", "exec", app, "/srv/venv/bin/python", "-c", look).strip() == "200"
    assert site.ask("/metrics")[0] == 403
    step("metrics are for the network behind the proxy alone")
    print(
        f"compose-check: passed in {time.monotonic() - began:.0f} s; stand-ins:"
        f" {', '.join(stand_ins) or 'none'}"
    )


def _hardened(app: str) -> None:
    found = json.loads(run("podman", "inspect", app))[0]
    assert found["Config"]["User"] == "10001:10001"
    assert found["HostConfig"]["ReadonlyRootfs"] is True
    assert found["EffectiveCaps"] in (None, [])
    published = {
        n for n in ("db", "app", "proxy") if run("podman", "port", f"{PROJECT}_{n}_1").strip()
    }
    assert published == {"proxy"}, published


def _resolve_here() -> None:
    """Resolve the site's name to this machine, for this process alone."""
    import socket

    before = socket.getaddrinfo

    def resolve(host: Any, *more: Any, **ways: Any) -> Any:
        return before("127.0.0.1" if host == SITE else host, *more, **ways)

    socket.getaddrinfo = resolve


if __name__ == "__main__":
    main()
