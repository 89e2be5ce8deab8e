"""Enlarge a negotiation: copy published positions in the log many times, for all parties."""

from collections.abc import Sequence

import psycopg

FIRST = 1_000_000  # id of the first added position, quote and source
PER_SOURCE = 20  # positions that rest on one source

STATEMENTS = """
INSERT INTO log_commit (seq, at, previous, hash)
  SELECT seq + 1, at + interval '1 microsecond', hash, sha256(hash)
  FROM log_commit ORDER BY seq DESC LIMIT 1;
CREATE TEMP TABLE many_sources AS
  SELECT c.seq, {count} + g AS n, {first} + g AS id, gen_random_uuid() AS uid,
         'https://news.example/many/' || g AS url,
         'Report ' || g || ': ' || s.title AS title, r.snapshot
  FROM (SELECT max(seq) AS seq FROM log_commit) c,
       generate_series(0, ({count} - 1) / {per_source}) g, source s
  JOIN log_revision r ON r.kind = 'source' AND r.object_id = s.id AND r.version = s.version
  WHERE s.id = (SELECT source_id FROM quote WHERE id =
                (SELECT min(quote_id) FROM log_quote_use WHERE position_id = {template}));
INSERT INTO source (id, uid, version, url, url_key, title, publisher, published_on)
  OVERRIDING SYSTEM VALUE
  SELECT id, uid, 1, url, url, title, snapshot ->> 'publisher', snapshot ->> 'published_on'
  FROM many_sources;
INSERT INTO log_revision
  (seq, n, kind, object_id, version, action, public, format, snapshot, payload_hash)
  SELECT seq, n, 'source', id, 1, 'added', true, 1,
         snapshot || jsonb_build_object('uid', uid, 'url', url, 'title', title,
                                        'text_sha256', NULL), ''
  FROM many_sources ORDER BY n;
INSERT INTO log_holding (seq_from, n, seq_to, kind, object_id, public)
  SELECT seq, n, {forever}, 'source', id, true FROM many_sources ORDER BY n;
CREATE TEMP TABLE many AS
  SELECT c.seq, g AS n, {first} + g AS id, r.snapshot, r.payload_hash, r.nonce, p.party_id,
         date '2000-01-01' + (g % 8000)::int AS day,
         s.negotiation_id, s.issue_id, s.firmness, s.option_ids
  FROM (SELECT max(seq) AS seq FROM log_commit) c, generate_series(0, {count} - 1) g
  JOIN log_spell s ON s.position_id = (ARRAY[{templates}])[1 + g % {of}] AND s.seq_to = {forever}
  JOIN log_revision r ON (r.seq, r.n) = (s.seq_from, s.n)
  JOIN LATERAL (SELECT array_agg(party_id ORDER BY party_id) AS ids FROM participation
                WHERE negotiation_id = s.negotiation_id) ps ON true
  JOIN LATERAL (SELECT ps.ids[1 + g / {of} % cardinality(ps.ids)] AS party_id) p ON true;
CREATE TEMP TABLE many_quotes AS
  SELECT m.seq, m.n, m.id AS position_id, {first} + m.n * {quotes}::bigint + k AS id, k,
         gen_random_uuid() AS uid,
         {first} + (m.n + k * 7) % {count} / {per_source} AS source_id,
         m.snapshot -> 'quotes' -> 0 AS quote,
         'No. ' || m.n || ': '
           || substr(words.text, 1 + (m.n * 37 + k * 101) % 200, {letters}) AS exact,
         substr(words.text, 1 + m.n % 150, 28) AS prefix,
         substr(words.text, 1 + m.n % 170, 28) AS suffix
  FROM many m, generate_series(0, {quotes} - 1) k,
       (SELECT string_agg(text, ' ') AS text
        FROM (SELECT text FROM source_text LIMIT 1), generate_series(1, 2)) words;
INSERT INTO quote (id, uid, source_id, exact, kind, said_on, speaker_id, office, party_id)
  OVERRIDING SYSTEM VALUE
  SELECT id, uid, source_id, exact, 'direct', quote ->> 'said_on', (quote ->> 'speaker_id')::bigint,
         quote ->> 'office', (quote ->> 'party_id')::bigint
  FROM many_quotes ORDER BY id;
INSERT INTO quote_check (quote_id, seq, verification, start, "end", segments, prefix, suffix)
  SELECT id, seq, 'verified', k * 200, k * 200 + length(exact),
         jsonb_build_array(jsonb_build_array(k * 200, k * 200 + length(exact))), prefix, suffix
  FROM many_quotes ORDER BY id;
INSERT INTO log_quote_use (quote_id, position_id, seq)
  SELECT id, position_id, seq FROM many_quotes ORDER BY id;
INSERT INTO log_revision
  (seq, n, kind, object_id, version, action, public, format, snapshot, payload_hash, nonce)
  SELECT m.seq, m.n, 'position', m.id, 1, 'published', true, 1,
         snapshot || jsonb_build_object('uid', gen_random_uuid(), 'party_id', party_id,
                                        'stated_on', day, 'stated_from', day, 'stated_by', day,
                                        'summary', 'No. ' || m.n, 'quotes', q.quotes),
         payload_hash, nonce
  FROM many m JOIN (
    SELECT n, jsonb_agg(quote || jsonb_build_object('id', id, 'uid', uid, 'source_id', source_id,
                                                    'exact', exact)
                        ORDER BY id) AS quotes
    FROM many_quotes GROUP BY n) q ON q.n = m.n
  ORDER BY m.n;
INSERT INTO log_holding (seq_from, n, seq_to, kind, object_id, negotiation_id, public, words)
  SELECT seq, n, {forever}, 'position', id, negotiation_id, true,
         to_tsvector('simple', 'No. ' || n) FROM many ORDER BY n;
INSERT INTO log_spell (seq_from, n, seq_to, position_id, version, negotiation_id, party_id,
                       issue_id, status, public, firmness, attributed, option_ids,
                       stated_from, stated_by, first_published, recorded_at)
  SELECT seq, n, {forever}, id, 1, negotiation_id, party_id, issue_id, 'published', true, firmness,
         false, option_ids, day, day, now(), now() FROM many ORDER BY n;
DROP TABLE many, many_quotes, many_sources;
ANALYZE log_spell, log_revision, log_holding, log_quote_use, quote, quote_check, source
"""


def multiply(
    address: str,
    count: int,
    *,
    templates: Sequence[int] = (1,),
    quotes: int = 2,
    letters: int = 160,
) -> None:
    """Add `count` published positions, each like one of the templates in turn.

    Each has a day of its own and `quotes` quotes of its own, of so many letters.
    """
    numbers = {
        "first": FIRST,
        "count": count,
        "template": templates[0],
        "templates": ", ".join(map(str, templates)),
        "of": len(templates),
        "quotes": quotes,
        "letters": letters,
        "per_source": PER_SOURCE,
    }
    with psycopg.connect(address.replace("+psycopg", "")) as connection:
        for statement in STATEMENTS.format(**numbers, forever=2**63 - 1).split(";"):
            connection.execute(statement)
