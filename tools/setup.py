"""Set up the environment in .venv from the lock files; if it is up to date, change nothing."""

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import browser
import vendor

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
STAMP = VENV / ".stamp"
LOCKS = {"run": ["requirements.lock"], "dev": ["requirements.lock", "requirements-dev.lock"]}


def main() -> None:
    """Bring the environment to the state that is asked for, `run` or `dev`."""
    wanted = sys.argv[1]
    with open(__file__) as this:
        # Two at once, such as `make run` and `make test`, would undo each other's work.
        fcntl.flock(this, fcntl.LOCK_EX)
        made = STAMP.read_text() if STAMP.exists() and _works() else None
        if made not in (_stamp(wanted), _stamp("dev")):
            _install(wanted, afresh=made != _stamp("run"))
        vendor.main()
        if wanted == "dev":
            browser.main()


def _works() -> bool:
    """Tell whether the Python with which the environment was made still exists."""
    try:
        return (
            subprocess.run(
                [VENV / "bin/python", "-c", "import flit_core"], capture_output=True
            ).returncode
            == 0
        )
    except OSError:
        return False


def _stamp(kind: str) -> str:
    """Return what an environment was made from, with its path, which its scripts contain."""
    made_of = [
        kind,
        str(ROOT),
        *((ROOT / name).read_text() for name in ("pyproject.toml", *LOCKS[kind])),
    ]
    return hashlib.sha256("\0".join(made_of).encode()).hexdigest()


def _install(kind: str, *, afresh: bool) -> None:
    if afresh:
        # Old packages are removed, and so is what an interrupted run left behind.
        shutil.rmtree(VENV, ignore_errors=True)
        print("Setting up .venv, which takes about half a minute …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    else:
        # Packages for tests are only added: a server may be running from this environment.
        STAMP.unlink()
        print("Adding what the tests need to .venv …", flush=True)
    pip = [
        VENV / "bin/pip",
        "install",
        "-qq",
        "--disable-pip-version-check",
        "--no-input",
        "--no-compile",
    ]
    locks = [word for name in LOCKS[kind] for word in ("-r", ROOT / name)]
    subprocess.run(
        [*pip, "--no-deps", "--only-binary", ":all:", "--require-hashes", *locks], check=True
    )
    subprocess.run(
        [*pip, "--no-deps", "--no-build-isolation", "--no-index", "-e", ROOT], check=True
    )
    if kind == "dev":
        # The tests start a hundred processes. With PYTHONDONTWRITEBYTECODE set, each would compile
        # everything again.
        compile_all = ["-m", "compileall", "-q", "-j", "0", VENV / "lib"]
        subprocess.run([VENV / "bin/python", *compile_all], check=False, capture_output=True)
    STAMP.write_text(_stamp(kind))


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as failed:
        sys.exit(f"Set-up stopped: {' '.join(map(str, failed.cmd))} ended with {failed.returncode}")
    except KeyboardInterrupt:
        sys.exit(130)
