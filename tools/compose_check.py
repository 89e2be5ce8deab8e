"""Run docker-compose.yml from nothing: sign in by TLS, add a position, restart, find it again.

Then the same with the profile `cluster`, whose leader is killed.

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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SITE, PROJECT, PORT = "parley.test", "parleycheck", 18443
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
BASE, LOCAL_BASE = "docker.io/library/python:3.13-slim-bookworm", "localhost/parley-base:bookworm"
STAND_INS = {
    "docker.io/library/postgres:18": "postgres",
    "docker.io/library/postgres:18-bookworm": "postgres",
    "docker.io/library/caddy:2": "caddy",
}
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
    of_cluster = "docker.io/library/postgres:18-bookworm"
    build("localhost/parley-cluster:latest", of_cluster, ROOT / "deploy/cluster")
    step("image: the cluster's servers, by deploy/cluster/Dockerfile")
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


def logs(name: str) -> str:
    """Return the last lines that a container has written."""
    command = ["podman", "logs", "--tail", "40", name if "_" in name else container(name)]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout + done.stderr


def healthy(name: str) -> None:
    """Wait until a container is healthy."""
    for _ in range(240):
        if (
            subprocess.run(["podman", "healthcheck", "run", name], capture_output=True).returncode
            == 0
        ):
            return
        time.sleep(0.5)
    sys.exit(f"{name} is not healthy:\n{logs(name)}")


@dataclass(frozen=True)
class Stack:
    """One start of docker-compose.yml, with a .env of its own."""

    command: list[object]

    def up(self, *services: str) -> None:
        """Start services, without those that they depend on."""
        run(*self.command, "up", "-d", "--no-deps", "--no-build", *services, cwd=ROOT)

    def up_healthy(self, *services: str) -> None:
        """Start services, and wait until they are healthy.

        podman-compose ignores `condition: service_healthy`.
        """
        self.up(*services)
        for service in services:
            healthy(container(service))

    def down(self) -> None:
        """Remove everything, also the data."""
        run(*self.command, "down", "-v", "-t", 20, check=False, cwd=ROOT)


def container(service: str) -> str:
    """Return the name of a service's container."""
    return f"{PROJECT}_{service}_1"


@contextlib.contextmanager
def stack(folder: Path, *, cluster: bool) -> Iterator[Stack]:
    """Write .env, and remove what is started in the block at its end."""
    env = folder / f"{'cluster' if cluster else 'single'}.env"
    of_cluster = ["--cluster"] if cluster else []
    run(
        sys.executable,
        ROOT / "tools/env.py",
        SITE,
        *["--tls", "tls internal", "--path", env, *of_cluster],
    )
    with open(env, "a") as file:
        file.write(f"HTTPS_PORT=127.0.0.1:{PORT}\nHTTP_PORT=127.0.0.1:{PORT + 1}\n")
    compose: list[object] = [folder / "venv/bin/podman-compose"]
    compose += ["--podman-path", shutil.which("podman"), "-p", PROJECT, "--env-file", env]
    made = Stack([*compose, "--profile", "cluster"] if cluster else compose)
    made.down()
    try:
        yield made
    finally:
        made.down()


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
    resolve_here()
    with stack(folder, cluster=False) as made:
        check_single(made, folder)
    with stack(folder, cluster=True) as made:
        check_cluster(made, folder)
    print(
        f"compose-check: passed in {time.monotonic() - began:.0f} s; stand-ins:"
        f" {', '.join(stand_ins) or 'none'}"
    )


def migrate(made: Stack) -> None:
    """Let the schema be made."""
    made.up("migrate")
    if run("podman", "wait", container("migrate")).strip() != "0":
        sys.exit(f"migrate failed:\n{logs('migrate')}")
    step("migrate has run once")


def check_single(made: Stack, folder: Path) -> None:
    """Check the site with one server: save, restart everything, find it again."""
    made.up_healthy("db")
    step("db is healthy")
    migrate(made)
    made.up_healthy("app")
    step("app is healthy")
    editor = fill()
    # Last, since for a moment it keeps the others from resolving each other's names.
    made.up("proxy")
    site = sign_in(folder, editor)
    number = add(Site(folder / "root.crt"), editor, "Added through the proxy")
    for name in ("db", "app", "proxy"):
        run("podman", "restart", "-t", 50, container(name))
    site.wait(f"/api/v1/positions/{number}")
    assert "Added through the proxy" in site.ask(f"/positions/{number}")[1]
    assert editor.name in site.ask("/account")[1], "no longer signed in"
    step("every container restarted; the position and the sign-in are still there")
    hardened("app", ("db", "app", "proxy"))
    look = "from urllib.request import urlopen; print(urlopen('http://app:8000/metrics').status)"
    command = ["podman", "exec", container("app"), "/srv/venv/bin/python", "-c", look]
    assert run(*command).strip() == "200"
    assert site.ask("/metrics")[0] == 403
    step("metrics are for the network behind the proxy alone")


def check_cluster(made: Stack, folder: Path) -> None:
    """Check the profile `cluster`: kill the leader, save, and find everything again."""
    made.up("etcd1", "etcd2", "etcd3")
    made.up_healthy("db1", "db2", "db3")
    wait_for_members(3)
    step("cluster: a leader and two standbys, one of them synchronous")
    made.up_healthy("balancer")
    step("cluster: the balancer leads to the leader")
    migrate(made)
    made.up_healthy("app", "app2")
    step("cluster: both processes are healthy")
    editor = fill()
    made.up("proxy")
    site = sign_in(folder, editor)
    bare = Site(folder / "root.crt")
    before = add(bare, editor, "Added before the leader was lost")
    leader = next(m["Member"] for m in members() if m["Role"] == "Leader")
    run("podman", "kill", container(leader))
    gone = time.monotonic()
    after = add(bare, editor, "Added after the leader was lost")
    step(
        f"cluster: {leader} killed; saves went through again {time.monotonic() - gone:.0f} s later"
    )
    run("podman", "start", container(leader))
    wait_for_members(3)
    for number in (before, after):
        assert bare.ask(f"/api/v1/positions/{number}")[0] == 200
    assert editor.name in site.ask("/account")[1], "no longer signed in"
    step(f"cluster: {leader} is back; both positions and the sign-in are there")
    for name in ("app", "app2"):
        run("podman", "stop", "-t", 50, container(name))
        assert bare.ask(f"/api/v1/positions/{after}")[0] == 200
        run("podman", "start", container(name))
        healthy(container(name))
    step("cluster: one process after the other stopped and started; the site answered")
    base = run("podman", "exec", container("db1"), "parley-base").strip()
    assert run("podman", "exec", container("db2"), "ls", f"{base}/backup_label")
    step("cluster: a base backup is in the archive")
    hardened("app2", ("app", "app2", "balancer", "db1", "etcd1", "proxy"))


def members() -> list[dict[str, Any]]:
    """Return what Patroni says of the servers."""
    for name in ("db1", "db2", "db3"):
        command = ["podman", "exec", container(name), "patronictl", "list", "-f", "json"]
        if said := run(*command, check=False):
            return list(json.loads(said))
    return []


def wait_for_members(number: int) -> None:
    """Wait until so many servers run, a leader and a synchronous standby among them."""
    found: list[dict[str, Any]] = []
    for _ in range(240):
        found = members()
        roles = sorted(m["Role"] for m in found)
        running = [m for m in found if m["State"] in ("running", "streaming")]
        if len(running) == number and "Leader" in roles and "Sync Standby" in roles:
            return
        time.sleep(0.5)
    sys.exit(f"the cluster is not whole: {found}\n{logs('db1')}")


@dataclass(frozen=True)
class Editor:
    """An account of the check, with a token of the API."""

    name: str
    password: str
    token: str


def fill() -> Editor:
    """Load the example and make an editor with the program's commands."""
    password = secrets.token_urlsafe(18)
    parley = ["podman", "exec", "-i", container("app"), "/srv/venv/bin/parley"]
    run(*parley, "import", "/srv/parley/seeds/ukraine-ceasefire-2025")
    account = ["user", "add", "mira", "--role", "editor", "--password-stdin"]
    run(*parley, *account, given=password + "\n")
    token = run(*parley, "token", "add", "mira", "--name", "check").strip()
    return Editor("mira", password, token)


def sign_in(folder: Path, editor: Editor) -> Site:
    """Sign in through the proxy, by TLS."""
    root = folder / "root.crt"
    asked = ["podman", "exec", container("proxy"), "cat"]
    for _ in range(60):
        made = run(*asked, "/data/caddy/pki/authorities/local/root.crt", check=False)
        root.write_text(made)
        if made:
            break
        time.sleep(0.5)
    site = Site(root)
    site.wait("/readyz")
    step("ready, through the proxy by TLS")
    form = {"name": editor.name, "password": editor.password}
    site.ask("/login", urllib.parse.urlencode(form).encode())
    cookie = next(c for c in site.cookies if c.name == "__Host-parley_session")
    assert cookie.secure, "the cookie may travel without TLS"
    assert editor.name in site.ask("/account")[1], "not signed in"
    step("signed in through the proxy")
    return site


def add(bare: Site, editor: Editor, summary: str) -> int:
    """Add a position, again and again with the same key while the answer is 503."""
    like = json.loads(bare.ask("/api/v1/positions?negotiation=ukraine-ceasefire-2025&limit=1")[1])
    position = {name: like["data"][0][name] for name in ("negotiation", "party", "issue")}
    quote = like["data"][0]["quotes"][0]
    position["quotes"] = [{"source_id": quote["source"]["id"], "exact": quote["exact"]}]
    sent = json.dumps({**position, "summary": summary, "stated_on": "2025-03-17"}).encode()
    headers = {
        "Authorization": f"Bearer {editor.token}",
        "Content_Type": "application/json",
        "Idempotency_Key": secrets.token_hex(8),
    }
    for _ in range(120):
        status, body = bare.ask("/api/v1/positions", sent, **headers)
        if status not in (409, 502, 503):
            break
        time.sleep(1)
    assert status == 201, body
    number = int(json.loads(body)["data"]["id"])
    step(f"position {number} added")
    return number


def hardened(app: str, services: Sequence[str]) -> None:
    """Check what a process may do, and that only the proxy is published."""
    found = json.loads(run("podman", "inspect", container(app)))[0]
    assert found["Config"]["User"] == "10001:10001"
    assert found["HostConfig"]["ReadonlyRootfs"] is True
    assert found["EffectiveCaps"] in (None, [])
    published = {n for n in services if run("podman", "port", container(n)).strip()}
    assert published == {"proxy"}, published
    step(f"{app}: no root, read-only, no capability; only the proxy is published")


def resolve_here() -> None:
    """Resolve the site's name to this machine, for this process alone."""
    import socket

    before = socket.getaddrinfo

    def resolve(host: Any, *more: Any, **ways: Any) -> Any:
        return before("127.0.0.1" if host == SITE else host, *more, **ways)

    socket.getaddrinfo = resolve


if __name__ == "__main__":
    main()
