"""Test the files of the cluster that need no cluster, and the probe that tells who leads."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from bench.cluster.nodes import Node, Shared
from bench.cluster.probe import Probe, overlaps, spells
from tests.support.pairs import wait_for_standbys
from tests.support.processes import ROOT
from tests.support.servers import tcp_server
from tests.support.waiting import wait_until

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVERS = ("db1", "db2", "db3")
OF_CONTAINERS = {"PATH", "LC_ALL", "PATRONICTL_CONFIG_FILE"}  # set by the image


def test_the_bench_starts_servers_with_the_variables_of_the_compose_file(tmp_path: Path) -> None:
    of_bench = Node(1, Shared(tmp_path, tmp_path), tmp_path).environment().keys() - OF_CONTAINERS
    for n in (1, 2, 3):
        services = COMPOSE["services"]
        shipped = services[f"db{n}"]["environment"].keys()
        shipped |= services[f"etcd{n}"]["environment"].keys()
        assert shipped == of_bench


def test_the_profile_publishes_nothing_and_hides_etcd() -> None:
    profile = {n for n, s in COMPOSE["services"].items() if s.get("profiles") == ["cluster"]}
    etcds = {"etcd1", "etcd2", "etcd3"}
    assert profile == {"app2", "balancer", *SERVERS, *etcds}
    for name in profile:
        assert "ports" not in COMPOSE["services"][name]
        assert COMPOSE["services"][name]["cap_drop"] == ["ALL"]
    in_store = {n for n, s in COMPOSE["services"].items() if "store" in s.get("networks", ())}
    assert in_store == {*SERVERS, *etcds}
    assert COMPOSE["networks"]["store"]["internal"] is True


def test_every_variable_of_the_cluster_is_written_by_env(tmp_path: Path) -> None:
    used = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    written = {}
    for words in ([], ["--cluster"]):
        path = tmp_path / f"env{len(words)}"
        command = [sys.executable, "tools/env.py", "parley.example.org", "--path", path, *words]
        subprocess.run(command, check=True, cwd=ROOT)
        lines = (line for line in path.read_text().splitlines() if not line.startswith("#"))
        written[len(words)] = dict(line.split("=", 1) for line in lines)
    added = written[1].keys() - written[0].keys()
    assert added - {"COMPOSE_PROFILES"} <= used
    assert "db1,db2,db3" in written[1]["DATABASE_READ_URL"]
    assert written[1]["DB_SERVING_PASSWORD"] in written[1]["DATABASE_READ_URL"]


def test_haproxy_and_patroni_name_the_same_port_and_both_modes() -> None:
    haproxy = (ROOT / "deploy/cluster/haproxy.cfg").read_text()
    patroni = yaml.safe_load((ROOT / "deploy/cluster/patroni.yml").read_text())
    assert haproxy.count("check port 8008") == 1
    assert [f'"${{DB{n}}}:5432"' in haproxy for n in (1, 2, 3)] == [True] * 3
    dcs = patroni["bootstrap"]["dcs"]
    assert dcs["synchronous_mode"] and dcs["synchronous_mode_strict"]


@pytest.mark.parametrize("script", sorted((ROOT / "deploy/cluster/bin").iterdir()))
def test_the_scripts_can_be_run(script: Path) -> None:
    assert script.stat().st_mode & 0o111 == 0o111
    subprocess.run(["sh", "-n", script], check=True)


def test_an_archived_file_is_never_overwritten(tmp_path: Path) -> None:
    wal, archive = tmp_path / "wal", tmp_path / "archive"

    def run() -> int:
        command = [ROOT / "deploy/cluster/bin/parley-archive", wal, "0001"]
        return subprocess.run(command, env={"ARCHIVE": str(archive)}, check=False).returncode

    wal.write_text("one")
    assert [run(), run()] == [0, 0]
    wal.write_text("another")
    assert run() != 0
    assert (archive / "wal/0001").read_text() == "one"
    assert [path.name for path in (archive / "wal").iterdir()] == ["0001"]


def test_old_base_backups_go_and_the_right_one_is_recovered(tmp_path: Path) -> None:
    bases, programs = tmp_path / "base", tmp_path / "programs"
    for n in range(1, 6):
        (bases / f"2026110{n}T000000Z").mkdir(parents=True)
        label = f"START WAL LOCATION: 0/{n}000028 (file 00000001000000000000000{n})\n"
        (bases / f"2026110{n}T000000Z/backup_label").write_text(label)
    programs.mkdir()
    (programs / "pg_basebackup").write_text('#!/bin/sh\nmkdir "$6"\n')
    (programs / "pg_archivecleanup").write_text(f'#!/bin/sh\necho "$2" > {tmp_path}/cleaned\n')
    for program in programs.iterdir():
        program.chmod(0o755)
    ways = {
        "PATH": f"{programs}:{os.defpath}",
        "ARCHIVE": str(tmp_path),
        "KEEP": "3",
        "PATRONI_REPLICATION_PASSWORD": "",
        "PATRONI_POSTGRESQL_CONNECT_ADDRESS": "db1:5432",
    }
    scripts = ROOT / "deploy/cluster/bin"
    subprocess.run([scripts / "parley-base"], check=True, env=ways, capture_output=True)
    kept = sorted(path.name for path in bases.iterdir())
    assert [len(kept), *kept[:2]] == [3, "20261104T000000Z", "20261105T000000Z"]
    assert (tmp_path / "cleaned").read_text() == "000000010000000000000004\n"
    for until, found in (("2026-11-05 01:00:00+02", "4"), ("2026-11-05 01:00:00+00", "5")):
        data = tmp_path / f"data{found}"
        more = ways | {"RECOVER_TO": until, "DATA": str(data)}
        subprocess.run([scripts / "parley-recover"], check=True, env=more)
        assert f"0/{found}000028" in (data / "backup_label").read_text()
    too_old = ways | {"RECOVER_TO": "2026-11-03 12:00:00+00", "DATA": str(tmp_path / "none")}
    refused = subprocess.run([scripts / "parley-recover"], env=too_old, capture_output=True)
    assert refused.returncode == 1 and b"No base backup is older" in refused.stderr


def test_a_leader_is_one_from_answer_to_answer() -> None:
    paused = ["1 1.1 leader", "2 2.1 leader", "3 9.5 late", "9.6 9.7 standby"]
    follower = ["1 1.1 standby", "5 5.1 leader", "6 6.1 leader", "7 8.5 late", "9 9.1 leader"]
    assert spells(paused) == [(1.1, 2.1)]
    assert spells(follower) == [(5.1, 6.1), (9.1, 9.1)]
    assert overlaps([spells(paused), spells(follower)]) == []
    both = ["4 4.1 leader", "5 5.4 leader"]
    assert overlaps([spells(follower), spells(both)]) == [(5.1, 5.4)]


def test_only_who_acknowledges_a_write_in_time_is_a_leader(tmp_path: Path) -> None:
    tmp_path.chmod(0o711)
    with tcp_server(tmp_path / "pg", "--fsync=off") as server:
        probe = Probe(server.url())
        assert probe.ask() == "leader"
        server.pause()
        assert probe.ask() == "late"
        server.resume()
        wait_until(lambda: probe.ask() == "leader")
        wait_for_standbys(server, "nobody")
        assert {probe.ask() for _ in range(2)} == {"late"}
        wait_for_standbys(server, "")
        wait_until(lambda: probe.ask() == "leader")
    assert probe.ask() == "away"
