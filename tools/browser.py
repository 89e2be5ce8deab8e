"""Find a Chromium for the browser tests, or install one if the machine allows it."""

import os
import shutil
import subprocess

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """Return the path of an installed Chromium or Chrome."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def main() -> None:
    """Install Chromium if there is none and the machine allows it."""
    if find():
        return
    apt = shutil.which("apt-get")
    if apt and os.geteuid() == 0:
        print("Installing Chromium for the browser tests …", flush=True)
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ["update", "-qq"],
            ["install", "-qq", "-y", "--no-install-recommends", "chromium"],
        ):
            subprocess.run([apt, *command], env=environment, stdout=subprocess.DEVNULL, check=False)
    if not find():
        print(
            "There is no Chromium on this machine: the browser tests are skipped, or fail where"
            " CI=true.",
            flush=True,
        )


if __name__ == "__main__":
    main()
