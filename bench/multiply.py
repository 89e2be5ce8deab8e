"""Make a negotiation large: one published position, laid into the log again and again as positions of all parties."""

import psycopg

FIRST = 1_000_000  # number of the first of them

STATEMENTS = """
INSERT INTO log_commit (seq, at, previous, hash)
  SELECT max(seq) + 1, max(at) + interval '1 microsecond', '', '' FROM log_commit;
CREATE TEMP TABLE many AS
  SELECT c.seq, g AS n, {first} + g AS id, r.snapshot, r.payload_hash, r.nonce, p.party_id,
         date '2000-01-01' + (g % 8000)::int AS day, s.negotiation_id, s.issue_id, s.firmness, s.option_ids
  FROM (SELECT max(seq) AS seq FROM log_commit) c, generate_series(0, {count} - 1) g, log_spell s
  JOIN log_revision r ON (r.seq, r.n) = (s.seq_from, s.n)
  JOIN LATERAL (SELECT array_agg(party_id ORDER BY party_id) AS ids FROM participation
                WHERE negotiation_id = s.negotiation_id) ps ON true
  JOIN LATERAL (SELECT ps.ids[1 + g % cardinality(ps.ids)] AS party_id) p ON true
  WHERE s.position_id = {template} AND s.seq_to = 9223372036854775807;
INSERT INTO log_revision (seq, n, kind, object_id, version, action, public, format, snapshot, payload_hash, nonce)
  SELECT seq, n, 'position', id, 1, 'published', true, 1,
         snapshot || jsonb_build_object('uid', gen_random_uuid(), 'party_id', party_id, 'stated_on', day,
                                        'stated_from', day, 'stated_by', day, 'summary', 'No. ' || n),
         payload_hash, nonce
  FROM many ORDER BY n;
INSERT INTO log_holding (seq_from, n, seq_to, kind, object_id, negotiation_id, public)
  SELECT seq, n, 9223372036854775807, 'position', id, negotiation_id, true FROM many ORDER BY n;
INSERT INTO log_spell (seq_from, n, seq_to, position_id, version, negotiation_id, party_id, issue_id, status, public,
                       firmness, attributed, option_ids, stated_from, stated_by, first_published, recorded_at)
  SELECT seq, n, 9223372036854775807, id, 1, negotiation_id, party_id, issue_id, 'published', true, firmness, false,
         option_ids, day, day, now(), now() FROM many ORDER BY n;
DROP TABLE many;
ANALYZE log_spell, log_revision, log_holding
"""


def multiply(address: str, count: int, template: int = 1) -> None:
    """Add `count` published positions that say what position `template` says, on days of their own."""
    with psycopg.connect(address.replace("+psycopg", "")) as connection:
        for statement in STATEMENTS.format(first=FIRST, count=count, template=template).split(";"):
            connection.execute(statement)  # type: ignore[arg-type]  (our own)
