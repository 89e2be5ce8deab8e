"""Make the SQLite file and the settings that Datasette serves, from the same CSV files."""

import csv
import json
import sqlite3
from pathlib import Path

from bench.peers.database import TABLES

KEYS = {
    "position": ("party", "issue", "option"),
    "quote": ("position", "source", "speaker"),
    "party": ("negotiation",),
    "issue": ("negotiation",),
    "option": ("issue",),
    "speaker": ("party",),
}
MATRIX = """SELECT i.title AS issue, a.name AS party, x.id, o.label AS option, x.firmness,
 x.summary, x.stated_on FROM (SELECT *, row_number() OVER
 (PARTITION BY party_id, issue_id ORDER BY stated_on DESC, id DESC) AS nth FROM position) x
 JOIN issue i ON i.id = x.issue_id JOIN party a ON a.id = x.party_id
 JOIN option o ON o.id = x.option_id WHERE nth = 1 ORDER BY x.issue_id, x.party_id"""
QUOTES = """(SELECT json_group_array(json_object('exact', q.exact, 'prefix', q.prefix,
 'suffix', q.suffix, 'kind', q.kind, 'source', s.url, 'speaker', k.name)) FROM quote q
 JOIN source s ON s.id = q.source_id JOIN speaker k ON k.id = q.speaker_id
 WHERE q.position_id = p.id) AS quotes"""
COLUMNS = """p.id, a.slug AS party, i.slug AS issue, o.label AS option, p.firmness, p.summary,
 p.stated_on"""
JOIN = """JOIN party a ON a.id = p.party_id JOIN issue i ON i.id = p.issue_id
 JOIN option o ON o.id = p.option_id"""
NEWEST = "ORDER BY p.stated_on DESC, p.id DESC"
FIELDS = (
    "party", "issue", "firmness", "summary", "stated_on", "source_id", "speaker_id", "exact",
    "prefix", "suffix", "kind",
)  # fmt: skip
QUERIES = {
    "matrix": MATRIX,
    "list": f"""SELECT {COLUMNS}, {QUOTES} FROM position p {JOIN}
 WHERE a.slug = :party AND p.stated_on >= :since {NEWEST} LIMIT 100""",
    "cell": f"""SELECT {COLUMNS}, {QUOTES} FROM position p {JOIN}
 WHERE a.slug = :party AND i.slug = :issue {NEWEST}""",
    "search": f"""SELECT {COLUMNS}, f.summary AS hit FROM (SELECT rowid, summary, rank
 FROM position_fts WHERE position_fts MATCH :q ORDER BY rank LIMIT 20) f
 JOIN position p ON p.id = f.rowid {JOIN}
 UNION ALL SELECT {COLUMNS}, f.exact FROM (SELECT rowid, exact, rank FROM quote_fts
 WHERE quote_fts MATCH :q ORDER BY rank LIMIT 20) f JOIN quote q ON q.id = f.rowid
 JOIN position p ON p.id = q.position_id {JOIN}""",
    "export": f"""SELECT {COLUMNS}, q.exact, q.prefix, q.suffix, q.kind, s.url, k.name
 FROM position p {JOIN} LEFT JOIN quote q ON q.position_id = p.id
 LEFT JOIN source s ON s.id = q.source_id LEFT JOIN speaker k ON k.id = q.speaker_id
 ORDER BY p.id, q.id""",
}
CREATE = f"""INSERT INTO new_position ({", ".join(FIELDS)})
 VALUES ({", ".join(":" + field for field in FIELDS)})"""
# Datasette writes by a query, which is one statement: a view with a trigger takes it.
SCHEMA = """CREATE INDEX position_cell ON position (party_id, issue_id, stated_on DESC, id DESC);
CREATE INDEX position_party ON position (party_id, stated_on DESC, id DESC);
CREATE INDEX quote_position ON quote (position_id, id);
CREATE UNIQUE INDEX party_slug ON party (slug); CREATE UNIQUE INDEX issue_slug ON issue (slug);
CREATE VIRTUAL TABLE position_fts USING fts5(summary, content='position', content_rowid='id',
 tokenize='porter unicode61');
CREATE VIRTUAL TABLE quote_fts USING fts5(exact, content='quote', content_rowid='id',
 tokenize='porter unicode61');
INSERT INTO position_fts (position_fts) VALUES ('rebuild');
INSERT INTO quote_fts (quote_fts) VALUES ('rebuild');
CREATE TRIGGER position_ai AFTER INSERT ON position BEGIN
 INSERT INTO position_fts (rowid, summary) VALUES (new.id, new.summary); END;
CREATE TRIGGER quote_ai AFTER INSERT ON quote BEGIN
 INSERT INTO quote_fts (rowid, exact) VALUES (new.id, new.exact); END;
CREATE VIEW new_position AS SELECT '' AS party, '' AS issue, '' AS firmness, '' AS summary,
 '' AS stated_on, 0 AS source_id, 0 AS speaker_id, '' AS exact, '' AS prefix, '' AS suffix,
 '' AS kind;
CREATE TRIGGER new_position_ii INSTEAD OF INSERT ON new_position BEGIN
 INSERT INTO position (party_id, issue_id, option_id, firmness, summary, stated_on)
  SELECT a.id, i.id, (i.id - 1) * 4 + 1, new.firmness, new.summary, new.stated_on
  FROM party a, issue i WHERE a.slug = new.party AND i.slug = new.issue;
 INSERT INTO quote (position_id, source_id, speaker_id, exact, prefix, suffix, kind)
  VALUES ((SELECT max(id) FROM position), new.source_id, new.speaker_id, new.exact, new.prefix,
  new.suffix, new.kind); END;
PRAGMA journal_mode = WAL; ANALYZE;"""


def build(folder: Path, out: Path) -> None:
    """Write bench.db and metadata.json into `out`, afresh."""
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("bench.db*"):
        old.unlink()
    connection = sqlite3.connect(out / "bench.db")
    for table in TABLES:
        _fill(connection, table, folder / f"{table}.csv")
    connection.commit()
    connection.executescript(SCHEMA)
    connection.close()
    queries: dict[str, dict[str, object]] = {name: {"sql": sql} for name, sql in QUERIES.items()}
    queries["create"] = {"write": True, "sql": CREATE}
    metadata = {"databases": {"bench": {"queries": queries}}}
    (out / "metadata.json").write_text(json.dumps(metadata, indent=1))


def _fill(connection: sqlite3.Connection, table: str, path: Path) -> None:
    with open(path, newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        _, *names = next(rows)
        columns = ["id INTEGER PRIMARY KEY"]
        columns += [f"{name} {'INTEGER' if _is_number(name) else 'TEXT'}" for name in names]
        columns += [f"FOREIGN KEY ({key}_id) REFERENCES {key}(id)" for key in KEYS.get(table, ())]
        connection.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
        marks = ", ".join("?" * (len(names) + 1))
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def _is_number(column: str) -> bool:
    return column.endswith("_id") or column == "rank"
