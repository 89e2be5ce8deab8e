"""The whole vocabulary, the log and accounts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_0001"
down_revision = None
branch_labels = None
depends_on = None

# What has been recorded is never changed: neither by a mistake of ours nor by hand. The one exception is a redaction,
# which says so (`parley.redacting`), and which the log's chain of hashes survives.
RECORDED = ("log_commit", "log_revision", "source_text", "quote", "quote_check", "account_event")
GUARDS = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME <> 'log_commit' AND current_setting('parley.redacting', true) = 'on' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION refuse_unquoted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE subject bigint := CASE WHEN TG_TABLE_NAME = 'position' THEN (to_jsonb(NEW) ->> 'id')::bigint
                               ELSE (to_jsonb(OLD) ->> 'position_id')::bigint END;
BEGIN
  IF EXISTS (SELECT FROM position p WHERE p.id = subject AND p.status = 'published')
     AND NOT EXISTS (SELECT FROM position_quote q WHERE q.position_id = subject) THEN
    RAISE EXCEPTION 'position % is published without a quote', subject USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER published_is_quoted AFTER INSERT OR UPDATE ON position
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unquoted();
CREATE CONSTRAINT TRIGGER published_stays_quoted AFTER DELETE OR UPDATE ON position_quote
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unquoted();
"""
FIRST_ENTRY = """
INSERT INTO log_epoch DEFAULT VALUES;
INSERT INTO log_commit (seq, at, previous, hash) VALUES (0, clock_timestamp(), '', sha256(''));
"""


def guard() -> None:
    op.execute(GUARDS)
    for table in RECORDED:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();"
            f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_change();"
        )
    op.execute(FIRST_ENTRY)


def unguard() -> None:
    op.execute("DROP FUNCTION refuse_change(), refuse_unquoted() CASCADE")


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('viewer', 'editor', 'admin')", name=op.f("ck_account_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("name_key", name=op.f("uq_account_name_key")),
    )
    op.create_table(
        "log_commit",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("batch", sa.Text(), nullable=True),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_log_commit")),
        sa.UniqueConstraint("at", name=op.f("uq_log_commit_at")),
    )
    op.create_table(
        "log_epoch",
        sa.Column("one", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("epoch", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint("one", name=op.f("ck_log_epoch_single")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_log_epoch")),
    )
    op.create_table(
        "log_holding",
        sa.Column("seq_from", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq_to", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.Column("negotiation_id", sa.BigInteger(), nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=True),
        sa.PrimaryKeyConstraint("seq_from", "n", name=op.f("pk_log_holding")),
    )
    op.create_index(
        "ix_log_holding_negotiation",
        "log_holding",
        ["negotiation_id", "kind", "seq_to"],
        unique=False,
    )
    op.create_index(
        "ix_log_holding_object", "log_holding", ["kind", "object_id", "seq_from"], unique=False
    )
    op.create_index(
        "ix_log_holding_words", "log_holding", ["words"], unique=False, postgresql_using="gin"
    )
    op.create_index(
        "uq_log_holding_newest",
        "log_holding",
        ["kind", "object_id"],
        unique=True,
        postgresql_where=sa.text("seq_to = 9223372036854775807"),
    )
    op.create_table(
        "log_quote_use",
        sa.Column("quote_id", sa.BigInteger(), nullable=False),
        sa.Column("position_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("quote_id", "position_id", name=op.f("pk_log_quote_use")),
    )
    op.create_table(
        "log_spell",
        sa.Column("seq_from", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq_to", sa.BigInteger(), nullable=False),
        sa.Column("position_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("negotiation_id", sa.BigInteger(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("issue_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("firmness", sa.Text(), nullable=False),
        sa.Column("attributed", sa.Boolean(), nullable=False),
        sa.Column("option_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("stated_from", sa.Date(), nullable=True),
        sa.Column("stated_by", sa.Date(), nullable=True),
        sa.Column("first_published", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq_from", "n", name=op.f("pk_log_spell")),
    )
    op.create_index(
        "ix_log_spell_cell",
        "log_spell",
        ["negotiation_id", "party_id", "issue_id", "seq_to"],
        unique=False,
    )
    op.create_index("ix_log_spell_position", "log_spell", ["position_id", "seq_from"], unique=False)
    op.create_index(
        "ix_log_spell_stated",
        "log_spell",
        ["stated_from", "stated_by", "first_published", "position_id"],
        unique=False,
    )
    op.create_table(
        "negotiation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("coded_through", sa.Date(), nullable=True),
        sa.Column("licence", sa.Text(), nullable=True),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("review", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 80",
            name=op.f("ck_negotiation_slug"),
        ),
        sa.CheckConstraint(
            "status IN ('ongoing', 'suspended', 'concluded')", name=op.f("ck_negotiation_status")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_negotiation")),
        sa.UniqueConstraint("slug", name=op.f("uq_negotiation_slug")),
        sa.UniqueConstraint("uid", name=op.f("uq_negotiation_uid")),
    )
    op.create_table(
        "party",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("short_name", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("aliases", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("wikidata_id", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 80", name=op.f("ck_party_slug")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
        sa.UniqueConstraint("slug", name=op.f("uq_party_slug")),
        sa.UniqueConstraint("uid", name=op.f("uq_party_uid")),
    )
    op.create_table(
        "sign_in_tries",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_tries")),
    )
    op.create_index(op.f("ix_sign_in_tries_since"), "sign_in_tries", ["since"], unique=False)
    op.create_table(
        "source",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("url_key", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("publisher", sa.Text(), nullable=True),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("published_on", sa.Text(), nullable=True),
        sa.Column("accessed_on", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("archive_url", sa.Text(), nullable=True),
        sa.Column("licence", sa.Text(), nullable=True),
        sa.Column("text_sha256", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "url IS NOT NULL OR reference IS NOT NULL", name=op.f("ck_source_findable")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("uid", name=op.f("uq_source_uid")),
        sa.UniqueConstraint("url_key", name=op.f("uq_source_url_key")),
    )
    op.create_table(
        "account_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_event_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_event")),
    )
    op.create_index(
        "ix_account_event_account_id_id", "account_event", ["account_id", "id"], unique=False
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('viewer', 'editor', 'admin')", name=op.f("ck_api_token_role")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_api_token_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_index(op.f("ix_api_token_account_id"), "api_token", ["account_id"], unique=False)
    op.create_table(
        "idempotency_key",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_idempotency_key_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_index(
        op.f("ix_idempotency_key_created_at"), "idempotency_key", ["created_at"], unique=False
    )
    op.create_table(
        "issue",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("negotiation_id", sa.BigInteger(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("group", sa.Text(), nullable=True),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("ordered", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 80", name=op.f("ck_issue_slug")
        ),
        sa.ForeignKeyConstraint(
            ["negotiation_id"], ["negotiation.id"], name=op.f("fk_issue_negotiation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue")),
        sa.UniqueConstraint("id", "negotiation_id", name=op.f("uq_issue_id_negotiation_id")),
        sa.UniqueConstraint("negotiation_id", "slug", name=op.f("uq_issue_negotiation_id_slug")),
        sa.UniqueConstraint("uid", name=op.f("uq_issue_uid")),
    )
    op.create_table(
        "log_revision",
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("format", sa.SmallInteger(), nullable=False),
        sa.Column(
            "snapshot", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.Column("payload_hash", sa.LargeBinary(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=True),
        sa.Column("redacted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("redacted_for", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(snapshot IS NULL) = (redacted_at IS NOT NULL)",
            name=op.f("ck_log_revision_blank_is_redacted"),
        ),
        sa.ForeignKeyConstraint(["seq"], ["log_commit.seq"], name=op.f("fk_log_revision_seq")),
        sa.PrimaryKeyConstraint("seq", "n", name=op.f("pk_log_revision")),
        sa.UniqueConstraint(
            "kind", "object_id", "version", name=op.f("uq_log_revision_kind_object_id_version")
        ),
    )
    op.create_index(
        "ix_log_revision_public",
        "log_revision",
        ["seq", "n"],
        unique=False,
        postgresql_where=sa.text("public"),
    )
    op.create_table(
        "participation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("negotiation_id", sa.BigInteger(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("consent_required", sa.Boolean(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "role IN ('principal', 'mediator', 'guarantor', 'observer')",
            name=op.f("ck_participation_role"),
        ),
        sa.ForeignKeyConstraint(
            ["negotiation_id"], ["negotiation.id"], name=op.f("fk_participation_negotiation_id")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_participation_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participation")),
        sa.UniqueConstraint(
            "negotiation_id", "party_id", name=op.f("uq_participation_negotiation_id_party_id")
        ),
    )
    op.create_index(op.f("ix_participation_party_id"), "participation", ["party_id"], unique=False)
    op.create_table(
        "sign_in",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("device_hash", sa.LargeBinary(), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_token_hash")),
    )
    op.create_index(op.f("ix_sign_in_account_id"), "sign_in", ["account_id"], unique=False)
    op.create_table(
        "sign_in_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_sign_in_link_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_link_token_hash")),
    )
    op.create_index(
        op.f("ix_sign_in_link_account_id"), "sign_in_link", ["account_id"], unique=False
    )
    op.create_table(
        "source_text",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_source_text_source_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_text")),
        sa.UniqueConstraint("source_id", "n", name=op.f("uq_source_text_source_id_n")),
    )
    op.create_table(
        "speaker",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("office", sa.Text(), nullable=True),
        sa.Column("party_id", sa.BigInteger(), nullable=True),
        sa.Column("aliases", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.CheckConstraint("name IS NOT NULL OR office IS NOT NULL", name=op.f("ck_speaker_named")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_speaker_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_speaker")),
        sa.UniqueConstraint(
            "name",
            "office",
            "party_id",
            name=op.f("uq_speaker_name_office_party_id"),
            postgresql_nulls_not_distinct=True,
        ),
        sa.UniqueConstraint("uid", name=op.f("uq_speaker_uid")),
    )
    op.create_index(op.f("ix_speaker_party_id"), "speaker", ["party_id"], unique=False)
    op.create_table(
        "look",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("negotiation_id", sa.BigInteger(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("issue_id", sa.BigInteger(), nullable=False),
        sa.Column("looked_on", sa.Date(), nullable=False),
        sa.Column("where", sa.Text(), nullable=True),
        sa.Column("by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["issue_id", "negotiation_id"],
            ["issue.id", "issue.negotiation_id"],
            name=op.f("fk_look_issue_id_negotiation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["negotiation_id", "party_id"],
            ["participation.negotiation_id", "participation.party_id"],
            name=op.f("fk_look_negotiation_id_party_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look")),
        sa.UniqueConstraint("uid", name=op.f("uq_look_uid")),
    )
    op.create_index(
        "ix_look_cell", "look", ["negotiation_id", "party_id", "issue_id"], unique=False
    )
    op.create_table(
        "option",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("issue_id", sa.BigInteger(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("rank", sa.Float(), nullable=True),
        sa.Column("status_quo", sa.Boolean(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("merged_into_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 80", name=op.f("ck_option_slug")
        ),
        sa.CheckConstraint(
            "merged_into_id IS NULL OR retired", name=op.f("ck_option_merged_is_retired")
        ),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_option_issue_id")),
        sa.ForeignKeyConstraint(
            ["merged_into_id", "issue_id"],
            ["option.id", "option.issue_id"],
            name=op.f("fk_option_merged_into_id_issue_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_option")),
        sa.UniqueConstraint("id", "issue_id", name=op.f("uq_option_id_issue_id")),
        sa.UniqueConstraint("issue_id", "slug", name=op.f("uq_option_issue_id_slug")),
    )
    op.create_index(
        "uq_option_status_quo",
        "option",
        ["issue_id"],
        unique=True,
        postgresql_where=sa.text("status_quo"),
    )
    op.create_table(
        "position",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("negotiation_id", sa.BigInteger(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("issue_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("firmness", sa.Text(), nullable=False),
        sa.Column("salience", sa.BigInteger(), nullable=True),
        sa.Column("stated_on", sa.Text(), nullable=True),
        sa.Column("stated_from", sa.Date(), nullable=True),
        sa.Column("stated_by", sa.Date(), nullable=True),
        sa.Column("from_by_hand", sa.Boolean(), nullable=False),
        sa.Column("by_by_hand", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=True),
        sa.Column("first_published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "act IN ('states', 'proposes', 'offers', 'threatens', 'asks', 'withdraws')",
            name=op.f("ck_position_act"),
        ),
        sa.CheckConstraint(
            "firmness IN ('red_line', 'demand', 'preference', 'open', 'unclear')",
            name=op.f("ck_position_firmness"),
        ),
        sa.CheckConstraint(
            "status <> 'published' OR stated_by IS NOT NULL",
            name=op.f("ck_position_published_is_dated"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'published', 'retracted')", name=op.f("ck_position_status")
        ),
        sa.CheckConstraint(
            "(stated_on IS NULL) = (stated_from IS NULL) AND (stated_from IS NULL) = (stated_by IS NULL)",
            name=op.f("ck_position_dated_whole"),
        ),
        sa.CheckConstraint("salience BETWEEN 0 AND 100", name=op.f("ck_position_salience")),
        sa.CheckConstraint("stated_from <= stated_by", name=op.f("ck_position_span")),
        sa.ForeignKeyConstraint(
            ["issue_id", "negotiation_id"],
            ["issue.id", "issue.negotiation_id"],
            name=op.f("fk_position_issue_id_negotiation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["negotiation_id", "party_id"],
            ["participation.negotiation_id", "participation.party_id"],
            name=op.f("fk_position_negotiation_id_party_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position")),
        sa.UniqueConstraint("id", "issue_id", name=op.f("uq_position_id_issue_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_position_uid")),
    )
    op.create_index(
        "ix_position_cell", "position", ["negotiation_id", "party_id", "issue_id"], unique=False
    )
    op.create_index(op.f("ix_position_issue_id"), "position", ["issue_id"], unique=False)
    op.create_index(
        "ix_position_status_draft",
        "position",
        ["id"],
        unique=False,
        postgresql_where=sa.text("status = 'draft'"),
    )
    op.create_table(
        "quote",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("exact", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=True),
        sa.Column("suffix", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("translated_from", sa.Text(), nullable=True),
        sa.Column("translation", sa.Text(), nullable=True),
        sa.Column("said_on", sa.Text(), nullable=True),
        sa.Column("speaker_id", sa.BigInteger(), nullable=True),
        sa.Column("office", sa.Text(), nullable=True),
        sa.Column("party_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "words",
            postgresql.TSVECTOR(),
            sa.Computed(
                "to_tsvector('simple', exact || ' ' || coalesce(translation, '')) || to_tsvector('english', exact || ' ' || coalesce(translation, ''))",
                persisted=True,
            ),
            nullable=True,
        ),
        sa.CheckConstraint("exact <> ''", name=op.f("ck_quote_words")),
        sa.CheckConstraint("kind IN ('direct', 'reported')", name=op.f("ck_quote_kind")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_quote_party_id")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_quote_source_id")),
        sa.ForeignKeyConstraint(["speaker_id"], ["speaker.id"], name=op.f("fk_quote_speaker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
        sa.UniqueConstraint("uid", name=op.f("uq_quote_uid")),
    )
    op.create_index(op.f("ix_quote_source_id"), "quote", ["source_id"], unique=False)
    op.create_index(op.f("ix_quote_speaker_id"), "quote", ["speaker_id"], unique=False)
    op.create_index("ix_quote_words", "quote", ["words"], unique=False, postgresql_using="gin")
    op.create_table(
        "position_attitude",
        sa.Column("position_id", sa.BigInteger(), nullable=False),
        sa.Column("option_id", sa.BigInteger(), nullable=False),
        sa.Column("issue_id", sa.BigInteger(), nullable=False),
        sa.Column("attitude", sa.Text(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=True),
        sa.Column("inferred", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "attitude IN ('prefers', 'accepts', 'rejects')",
            name=op.f("ck_position_attitude_attitude"),
        ),
        sa.ForeignKeyConstraint(
            ["option_id", "issue_id"],
            ["option.id", "option.issue_id"],
            name=op.f("fk_position_attitude_option_id_issue_id"),
        ),
        sa.ForeignKeyConstraint(
            ["position_id", "issue_id"],
            ["position.id", "position.issue_id"],
            name=op.f("fk_position_attitude_position_id_issue_id"),
        ),
        sa.PrimaryKeyConstraint("position_id", "option_id", name=op.f("pk_position_attitude")),
    )
    op.create_index(
        "ix_position_attitude_option_id", "position_attitude", ["option_id"], unique=False
    )
    op.create_index(
        "uq_position_attitude_prefers",
        "position_attitude",
        ["position_id"],
        unique=True,
        postgresql_where=sa.text("attitude = 'prefers'"),
    )
    op.create_table(
        "position_link",
        sa.Column("position_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("issue_id", sa.BigInteger(), nullable=False),
        sa.Column("option_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('condition', 'package', 'sequence')", name=op.f("ck_position_link_kind")
        ),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_position_link_issue_id")),
        sa.ForeignKeyConstraint(
            ["option_id", "issue_id"],
            ["option.id", "option.issue_id"],
            name=op.f("fk_position_link_option_id_issue_id"),
        ),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_position_link_position_id")
        ),
        sa.PrimaryKeyConstraint("position_id", "ordinal", name=op.f("pk_position_link")),
    )
    op.create_table(
        "position_quote",
        sa.Column("position_id", sa.BigInteger(), nullable=False),
        sa.Column("quote_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_position_quote_position_id")
        ),
        sa.ForeignKeyConstraint(
            ["quote_id"], ["quote.id"], name=op.f("fk_position_quote_quote_id")
        ),
        sa.PrimaryKeyConstraint("position_id", "quote_id", name=op.f("pk_position_quote")),
    )
    op.create_index(
        op.f("ix_position_quote_quote_id"), "position_quote", ["quote_id"], unique=False
    )
    op.create_table(
        "quote_check",
        sa.Column("quote_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("verification", sa.Text(), nullable=False),
        sa.Column("text_id", sa.BigInteger(), nullable=True),
        sa.Column("start", sa.BigInteger(), nullable=True),
        sa.Column("end", sa.BigInteger(), nullable=True),
        sa.Column(
            "segments", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.Column("prefix", sa.Text(), nullable=True),
        sa.Column("suffix", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "verification IN ('verified', 'ambiguous', 'mismatch', 'unverified', 'attested')",
            name=op.f("ck_quote_check_verification"),
        ),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_quote_check_quote_id")),
        sa.ForeignKeyConstraint(
            ["text_id"], ["source_text.id"], name=op.f("fk_quote_check_text_id")
        ),
        sa.PrimaryKeyConstraint("quote_id", "seq", name=op.f("pk_quote_check")),
    )
    guard()


def downgrade() -> None:
    unguard()
    op.drop_table("quote_check")
    op.drop_index(op.f("ix_position_quote_quote_id"), table_name="position_quote")
    op.drop_table("position_quote")
    op.drop_table("position_link")
    op.drop_index(
        "uq_position_attitude_prefers",
        table_name="position_attitude",
        postgresql_where=sa.text("attitude = 'prefers'"),
    )
    op.drop_index("ix_position_attitude_option_id", table_name="position_attitude")
    op.drop_table("position_attitude")
    op.drop_index("ix_quote_words", table_name="quote", postgresql_using="gin")
    op.drop_index(op.f("ix_quote_speaker_id"), table_name="quote")
    op.drop_index(op.f("ix_quote_source_id"), table_name="quote")
    op.drop_table("quote")
    op.drop_index(
        "ix_position_status_draft",
        table_name="position",
        postgresql_where=sa.text("status = 'draft'"),
    )
    op.drop_index(op.f("ix_position_issue_id"), table_name="position")
    op.drop_index("ix_position_cell", table_name="position")
    op.drop_table("position")
    op.drop_index(
        "uq_option_status_quo", table_name="option", postgresql_where=sa.text("status_quo")
    )
    op.drop_table("option")
    op.drop_index("ix_look_cell", table_name="look")
    op.drop_table("look")
    op.drop_index(op.f("ix_speaker_party_id"), table_name="speaker")
    op.drop_table("speaker")
    op.drop_table("source_text")
    op.drop_index(op.f("ix_sign_in_link_account_id"), table_name="sign_in_link")
    op.drop_table("sign_in_link")
    op.drop_index(op.f("ix_sign_in_account_id"), table_name="sign_in")
    op.drop_table("sign_in")
    op.drop_index(op.f("ix_participation_party_id"), table_name="participation")
    op.drop_table("participation")
    op.drop_index(
        "ix_log_revision_public", table_name="log_revision", postgresql_where=sa.text("public")
    )
    op.drop_table("log_revision")
    op.drop_table("issue")
    op.drop_index(op.f("ix_idempotency_key_created_at"), table_name="idempotency_key")
    op.drop_table("idempotency_key")
    op.drop_index(op.f("ix_api_token_account_id"), table_name="api_token")
    op.drop_table("api_token")
    op.drop_index("ix_account_event_account_id_id", table_name="account_event")
    op.drop_table("account_event")
    op.drop_table("source")
    op.drop_index(op.f("ix_sign_in_tries_since"), table_name="sign_in_tries")
    op.drop_table("sign_in_tries")
    op.drop_table("party")
    op.drop_table("negotiation")
    op.drop_index("ix_log_spell_stated", table_name="log_spell")
    op.drop_index("ix_log_spell_position", table_name="log_spell")
    op.drop_index("ix_log_spell_cell", table_name="log_spell")
    op.drop_table("log_spell")
    op.drop_table("log_quote_use")
    op.drop_index(
        "uq_log_holding_newest",
        table_name="log_holding",
        postgresql_where=sa.text("seq_to = 9223372036854775807"),
    )
    op.drop_index("ix_log_holding_words", table_name="log_holding", postgresql_using="gin")
    op.drop_index("ix_log_holding_object", table_name="log_holding")
    op.drop_index("ix_log_holding_negotiation", table_name="log_holding")
    op.drop_table("log_holding")
    op.drop_table("log_epoch")
    op.drop_table("log_commit")
    op.drop_table("account")
