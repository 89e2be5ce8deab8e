"""Specify the systems beside Parley: a bare ASGI server, Datasette, Django REST framework."""

import sys

from bench.peers import sqlite
from bench.peers.installed import HERE
from bench.peers.specs import LIST, WRITE, Ground, Operation, Spec

FORM = "application/x-www-form-urlencoded"
DATASETTE = {
    "matrix page": Operation("/bench/matrix", "<tr>"),
    "matrix json": Operation("/bench/matrix.json?_shape=array", "stated_on"),
    LIST: Operation("/bench/list.json?_shape=array&party=p{party}&since=2023-01-01", "stated_on"),
    "cell page": Operation("/bench/cell?party=p{party}&issue=i{issue}", "<tr>"),
    "position page": Operation("/bench/position/{position}", "<tr>"),
    "quote page": Operation("/bench/quote/{quote}", "<tr>"),
    "search page": Operation("/bench/search?q=sector{word}", "<tr>"),
    "export csv": Operation("/bench/export.csv", "\n"),
    "export json": Operation("/bench/export.json?_shape=array", '"exact"'),
    WRITE: Operation(
        "/bench/create",
        type=FORM,
        body="_json=1&party=p{party}&issue=i{issue}&firmness=demand&summary={summary}"
        "&stated_on=2020-01-01&source_id=1&speaker_id=1&exact={exact}&prefix=before&suffix=after"
        "&kind=direct",
    ),
}
DJANGO = {
    "matrix page": Operation("/matrix", "data-position"),
    LIST: Operation("/api/positions?party=p{party}&since=2023-01-01", "stated_on"),
    "cell page": Operation("/cells/p{party}/i{issue}", "data-position"),
    "position page": Operation("/positions/{position}", "<mark"),
    "quote page": Operation("/quotes/{quote}", "<mark"),
    "search page": Operation("/search?q=sector{word}", "<li>"),
    "export csv": Operation("/export.csv", "\n"),
    "export json": Operation("/export.json", '"exact"'),
    WRITE: Operation(
        "/api/positions",
        status=201,
        type="application/json",
        body='{"party": "p{party}", "issue": "i{issue}", "option": 1, "firmness": "demand",'
        ' "summary": "{summary}", "stated_on": "2020-01-01", "quotes": [{"source_id": 1,'
        ' "speaker_id": 1, "exact": "{exact}", "prefix": "before", "suffix": "after",'
        ' "kind": "direct"}]}',
    ),
}


def bare(ground: Ground) -> Spec:
    """Specify the server that only writes bytes."""
    command = [sys.executable, "-m", "uvicorn", "bench.peers.bare:app", "--host", "127.0.0.1"]
    options = ["--loop", "uvloop", "--http", "httptools", "--no-access-log"]
    start = [*command, "--port", "{port}", *options, "--log-level", "warning"]
    return Spec("bare ASGI", ground, start, "/bytes/1", {}, folder=HERE.parents[1])


def datasette(ground: Ground) -> Spec:
    """Specify Datasette on SQLite, with queries of its own for each page."""
    folder = ground.work / f"datasette-{ground.size}"

    def prepare() -> dict[str, object]:
        sqlite.build(ground.data, folder)
        return {}

    files = [f"{folder}/bench.db", "-m", f"{folder}/metadata.json"]
    limits = ["--setting", "max_returned_rows", "200000", "--setting", "sql_time_limit_ms", "60000"]
    start = [str(ground.peers), "-m", "datasette", "serve", *files, "--host", "127.0.0.1"]
    start += ["--port", "{port}", *limits]
    return Spec("Datasette", ground, start, "/-/versions.json", DATASETTE, prepare=prepare)


def django(ground: Ground) -> Spec:
    """Specify a Django application on the PostgreSQL that has the data."""
    start = [str(ground.peers), "-m", "gunicorn", "--chdir", str(HERE / "programs")]
    start += ["dashboard.wsgi:application", "--worker-class", "gthread", "--workers", "1"]
    start += ["--threads", "4", "--keep-alive", "30", "--bind", "127.0.0.1:{port}"]
    start += ["--log-level", "warning"]
    ready = "/api/positions?party=p1&since=2026-08-01"
    environment = {"DATABASE_URL": ground.database}
    return Spec("Django REST framework", ground, start, ready, DJANGO, environment)


PEERS = {"datasette": datasette, "drf": django}
