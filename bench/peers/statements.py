"""SQL that answers what the pages show; pgbench draws :party, :issue and :word."""

CELL = "p.id, p.party_id, p.issue_id, p.option_id, p.firmness, p.summary, p.stated_on"
QUOTE = "q.exact, q.prefix, q.suffix, q.kind, q.source_id, q.speaker_id"
FIRST = f"""LEFT JOIN LATERAL (SELECT {QUOTE} FROM quote q WHERE q.position_id = p.id
    ORDER BY q.id LIMIT 1) q ON true"""
STATEMENTS = {
    "matrix, DISTINCT ON": f"""SELECT {CELL}, {QUOTE} FROM (
        SELECT DISTINCT ON (party_id, issue_id) {CELL} FROM position p
        WHERE stated_on <= date '2026-11-01'
        ORDER BY party_id, issue_id, stated_on DESC, id DESC) p {FIRST}""",
    "matrix, one index probe per cell": f"""SELECT {CELL}, {QUOTE} FROM party a
        CROSS JOIN issue i CROSS JOIN LATERAL (SELECT {CELL} FROM position p
        WHERE p.party_id = a.id AND p.issue_id = i.id AND stated_on <= date '2026-11-01'
        ORDER BY stated_on DESC, id DESC LIMIT 1) p {FIRST}""",
    "list, 100 rows of one party with quotes": f"""SELECT {CELL}, q.quotes FROM (
        SELECT * FROM position WHERE party_id = :party
        AND stated_on >= date '2023-01-01' ORDER BY stated_on DESC, id DESC LIMIT 100) p
        LEFT JOIN LATERAL (SELECT json_agg(json_build_object('exact', q.exact, 'prefix', q.prefix,
        'suffix', q.suffix, 'kind', q.kind, 'source', s.url, 'speaker', k.name) ORDER BY q.id)
        AS quotes FROM quote q JOIN source s ON s.id = q.source_id
        JOIN speaker k ON k.id = q.speaker_id WHERE q.position_id = p.id) q ON true
        ORDER BY p.stated_on DESC, p.id DESC""",
    "cell, history with quotes": f"""SELECT {CELL}, {QUOTE} FROM position p
        LEFT JOIN quote q ON q.position_id = p.id
        WHERE p.party_id = :party AND p.issue_id = :issue
        ORDER BY p.stated_on DESC, p.id DESC, q.id""",
    "search, rare word, 20 best of positions and quotes": f"""SELECT {CELL}, h.rank FROM (
        SELECT id, max(rank) AS rank FROM (
          SELECT id, ts_rank(tsv, w) AS rank
          FROM position, to_tsquery('english', 'sector' || :word) w WHERE tsv @@ w
          UNION ALL SELECT position_id, ts_rank(tsv, w)
          FROM quote, to_tsquery('english', 'sector' || :word) w WHERE tsv @@ w) x
        GROUP BY id ORDER BY rank DESC, id DESC LIMIT 20) h
        JOIN position p USING (id) ORDER BY h.rank DESC, id DESC""",
    "search, two common words, 20 best of quotes": """SELECT q.id, q.exact, ts_rank(tsv, w) AS rank
        FROM quote q, to_tsquery('english', 'ceasefire & monitoring') w WHERE tsv @@ w
        ORDER BY rank DESC, q.id DESC LIMIT 20""",
    "insert, a position and its quote, committed": """BEGIN;
        INSERT INTO position (party_id, issue_id, option_id, firmness, summary, stated_on)
        VALUES (:party, :issue, (:issue - 1) * 4 + 1, 'demand',
        rpad('Ceasefire ', 140, 'monitoring '), '2020-01-01') RETURNING id \\gset
        INSERT INTO quote (position_id, source_id, speaker_id, exact, prefix, suffix, kind)
        VALUES (:id, 1, (:party - 1) * 3 + 1, rpad('Ceasefire ', 250, 'observer '),
        'before', 'after', 'direct'); COMMIT;""",
}
COPY = """COPY (SELECT p.id, a.slug AS party, i.slug AS issue, o.slug AS option, p.firmness,
    p.summary, p.stated_on, q.exact, q.prefix, q.suffix, q.kind, s.url, k.name AS speaker
    FROM position p JOIN party a ON a.id = p.party_id JOIN issue i ON i.id = p.issue_id
    JOIN option o ON o.id = p.option_id LEFT JOIN quote q ON q.position_id = p.id
    LEFT JOIN source s ON s.id = q.source_id LEFT JOIN speaker k ON k.id = q.speaker_id)
    TO STDOUT (FORMAT csv, HEADER)"""
