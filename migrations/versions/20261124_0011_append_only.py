"""The serving role may only append to the log and to what is derived from it, in order."""
# ruff: noqa: S608 (statements of our own, of names and numbers of our own)

from alembic import op

revision = "20261124_0011"
down_revision = "20261124_0010"
branch_labels = None
depends_on = None
breaks = True  # a program of before ends versions by its own hand, which it may not any more

AS_OWNER = "SECURITY DEFINER SET search_path = public, pg_temp"
FOREVER = 2**63 - 1
LOCK = 0x7061726C6579  # under which entries are numbered: app/log/writer.py
REFUSED = "USING ERRCODE = 'integrity_constraint_violation'"
# Who owns the tables may rebuild what is derived.
BY_OWNER = (
    "pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE')"
)
OWN_COMMIT = "SELECT FROM log_commit c WHERE c.seq = {0} AND is_own(c.xmin)"
OPEN = """
DECLARE closed bigint;
BEGIN
  IF TG_TABLE_NAME <> 'log_revision' AND {owner} THEN
    RETURN NULL;
  END IF;
  SELECT min({column}) INTO closed FROM added
  WHERE {column} <= (SELECT max(c.seq) FROM log_commit c) AND NOT EXISTS ({own});
  IF closed IS NOT NULL THEN
    RAISE EXCEPTION '%: entry % is closed, nothing is added to it', TG_TABLE_NAME, closed
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END"""
FUNCTIONS = {
    # A row that can be seen while its transaction is under way is one of this very transaction.
    "is_own(of xid) RETURNS boolean": """
DECLARE
  now bigint := pg_current_xact_id()::text::bigint;
  found bigint := (now >> 32 << 32) | of::text::bigint;
BEGIN
  found := found - CASE WHEN found > now + 2147483648 THEN 4294967296 ELSE 0 END
                 + CASE WHEN found < now - 2147483648 THEN 4294967296 ELSE 0 END;
  RETURN found > 2 AND pg_xact_status(found::text::xid8) = 'in progress';
END""",
    "follow_on() RETURNS trigger": f"""
DECLARE last record;
BEGIN
  PERFORM pg_advisory_xact_lock({LOCK});
  SELECT seq, at, hash INTO last FROM log_commit ORDER BY seq DESC LIMIT 1;
  IF NEW.seq <= last.seq OR NEW.at <= last.at OR NEW.previous <> last.hash OR octet_length(NEW.hash) <> 32 THEN
    RAISE EXCEPTION 'entry % does not follow on entry %', NEW.seq, last.seq {REFUSED};
  END IF;
  -- Where the clock was set back, the log goes on as closely as it can.
  IF NEW.at > greatest(clock_timestamp() + interval '5 seconds', last.at + interval '1 microsecond') THEN
    RAISE EXCEPTION 'entry % lies in the future', NEW.seq {REFUSED};
  END IF;
  RETURN NEW;
END""",
    # What belongs to an entry is written with it, or ahead of it.
    "require_open() RETURNS trigger": OPEN.format(
        column="seq", own=OWN_COMMIT.format("added.seq"), owner=BY_OWNER
    ),
    "require_open_from() RETURNS trigger": OPEN.format(
        column="seq_from", own=OWN_COMMIT.format("added.seq_from"), owner=BY_OWNER
    ),
    "require_version() RETURNS trigger": f"""
BEGIN
  IF EXISTS (
    SELECT FROM added a LEFT JOIN log_revision r ON r.seq = a.seq_from AND r.n = a.n
    WHERE (r.kind, r.object_id, r.public) IS DISTINCT FROM (a.kind, a.object_id, a.public)
      OR a.seq_to NOT IN (a.seq_from, {FOREVER})
  ) AND NOT {BY_OWNER} THEN
    RAISE EXCEPTION 'log_holding holds nothing but versions in the log' {REFUSED};
  END IF;
  RETURN NULL;
END""",
    "require_position() RETURNS trigger": f"""
BEGIN
  IF EXISTS (
    SELECT FROM added a LEFT JOIN log_revision r ON r.seq = a.seq_from AND r.n = a.n
    WHERE (r.kind, r.object_id, r.version, r.public)
        IS DISTINCT FROM ('position', a.position_id, a.version, a.public)
      OR a.seq_to NOT IN (a.seq_from, {FOREVER})
  ) AND NOT {BY_OWNER} THEN
    RAISE EXCEPTION 'log_spell holds nothing but versions of positions in the log' {REFUSED};
  END IF;
  RETURN NULL;
END""",
    # An import agrees on its instant when its spells are there already; nothing else of a spell changes.
    "require_ahead() RETURNS trigger": f"""
BEGIN
  IF EXISTS (SELECT FROM added WHERE seq_from <= (SELECT max(seq) FROM log_commit)) AND NOT {BY_OWNER} THEN
    RAISE EXCEPTION 'log_spell: what was recorded does not change' {REFUSED};
  END IF;
  RETURN NULL;
END""",
}
# Ends what was held until now, of objects of which an entry of this very transaction has a version.
CLOSE = f"""
CREATE FUNCTION close_versions(of_kind text, ids bigint[], of_seq bigint) RETURNS void LANGUAGE plpgsql {AS_OWNER} AS $$
DECLARE renewed bigint[] := ARRAY(
  SELECT r.object_id FROM log_revision r WHERE r.seq = of_seq AND r.kind = of_kind AND r.object_id = ANY(ids));
BEGIN
  IF NOT EXISTS ({OWN_COMMIT.format("of_seq")}) THEN
    RAISE EXCEPTION 'entry % is closed, nothing ends with it', of_seq {REFUSED};
  END IF;
  UPDATE log_holding SET seq_to = of_seq
  WHERE kind = of_kind AND object_id = ANY(renewed) AND seq_to = {FOREVER} AND seq_from < of_seq;
  IF of_kind = 'position' THEN
    UPDATE log_spell SET seq_to = of_seq
    WHERE position_id = ANY(renewed) AND seq_to = {FOREVER} AND seq_from < of_seq;
  END IF;
END $$"""
TRIGGERS = {
    "log_revision": ("require_open()",),
    "log_holding": ("require_open_from()", "require_version()"),
    "log_spell": ("require_open_from()", "require_position()"),
    "log_quote_use": ("require_open()",),
    "quote_check": ("require_open()",),
}


def upgrade() -> None:
    for name, body in FUNCTIONS.items():
        op.execute(f"CREATE FUNCTION {name} LANGUAGE plpgsql AS $${body}$$")
    op.execute(CLOSE)
    op.execute("REVOKE EXECUTE ON FUNCTION close_versions FROM PUBLIC")
    op.execute(
        "CREATE TRIGGER follow_on BEFORE INSERT ON log_commit FOR EACH ROW EXECUTE FUNCTION follow_on()"
    )
    for table, checks in TRIGGERS.items():
        for check in checks:
            op.execute(
                f"CREATE TRIGGER {check.split('(')[0]} AFTER INSERT ON {table} REFERENCING NEW TABLE AS added "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {check}"
            )
    op.execute(
        "CREATE TRIGGER require_ahead AFTER UPDATE ON log_spell REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION require_ahead()"
    )


def downgrade() -> None:
    op.execute(
        "DROP FUNCTION close_versions, follow_on, require_open, require_open_from, require_version, require_position, require_ahead CASCADE"
    )
    op.execute("DROP FUNCTION is_own")
