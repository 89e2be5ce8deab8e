"""Fetch the browser's third-party files, as package-lock.json says, into static/vendor."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static/vendor"
STAMP = VENDOR / ".stamp"
FONTS = {
    f"fonts/{family}-{script}-wght-normal.woff2": f"@fontsource-variable/{family}/files"
    for family in ("source-sans-3", "source-serif-4")
    for script in ("latin", "latin-ext", "cyrillic", "cyrillic-ext")
}
# Whole fonts, by which the server draws pictures as PNG
DRAWN = {
    f"fonts/{name}_{weight}.ttf": f"@expo-google-fonts/{family}/{weight}"
    for family, name in (
        ("source-sans-3", "SourceSans3"),
        ("source-serif-4", "SourceSerif4"),
        ("noto-sans-arabic", "NotoSansArabic"),
        ("noto-sans-hebrew", "NotoSansHebrew"),
    )
    for weight in ("400Regular", "600SemiBold")
}
FILES = {
    "htmx.min.js": "htmx.org/dist",
    "hx-sse.min.js": "htmx.org/dist/ext",
    "hx-preload.min.js": "htmx.org/dist/ext",
    "swagger-ui-bundle.js": "swagger-ui-dist",
    "swagger-ui.css": "swagger-ui-dist",
    **FONTS,
    **DRAWN,
}
AXE = MODULES / "axe-core/axe.min.js"  # only for the tests, and so not in static/


def main() -> None:
    """Fetch the files, unless that was done for this lock file already."""
    wanted = hashlib.sha256(
        (ROOT / "package-lock.json").read_bytes() + Path(__file__).read_bytes()
    ).hexdigest()
    if STAMP.exists() and STAMP.read_text() == wanted and AXE.exists():
        return
    print("Fetching what the browser needs (htmx, fonts, Swagger UI) …", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        _install(Path(folder))
    new = MODULES / ".vendor"
    shutil.rmtree(new, ignore_errors=True)
    for name, place in FILES.items():
        target = new / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(MODULES / place / target.name, target)
    (new / ".stamp").write_text(wanted)
    shutil.rmtree(VENDOR, ignore_errors=True)
    new.rename(VENDOR)


def _install(folder: Path) -> None:
    """Run `npm ci`, which checks every package against its hash in the lock."""
    environment = os.environ | {
        "npm_config_cache": str(folder / "cache"),
        "npm_config_update_notifier": "false",
    }
    if not (shutil.which("npm") and shutil.which("node")):
        # A temporary Node: two hundred megabytes that are needed only once.
        print("  … by way of a Node that goes away again", flush=True)
        subprocess.run([sys.executable, "-m", "venv", folder / "node"], check=True)
        pip = [
            folder / "node/bin/pip",
            "install",
            "-qq",
            "--disable-pip-version-check",
            "--no-cache-dir",
        ]
        subprocess.run(
            [*pip, "--require-hashes", "-r", ROOT / "requirements-node.lock"], check=True
        )
        environment["PATH"] = os.pathsep.join(
            [str(folder / "node/bin"), os.environ.get("PATH", os.defpath)]
        )
        environment["NODE_OPTIONS"] = "--use-system-ca"  # by default it trusts only its own
    npm = shutil.which("npm", path=environment.get("PATH")) or "npm"
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
