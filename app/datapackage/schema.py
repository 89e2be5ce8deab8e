"""Define the format of data packages: the tables, their columns and constraints."""

from dataclasses import dataclass, field
from typing import Any

from app.models import vocabulary as v

SLUG = {"pattern": "[a-z0-9]+(-[a-z0-9]+)*", "maxLength": 80}
IMPRECISE = {"pattern": "[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?"}
ADDRESS = {"pattern": "[hH][tT][tT][pP][sS]?://.+"}
PUBLIC_STATUS = [s for s in v.PositionStatus if s != "draft"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column; a package must have the `needed` ones, all others have a default."""

    name: str
    type: str = "string"
    description: str | None = None
    needed: bool = False
    always: bool = False  # an export always fills it
    constraints: dict[str, Any] = field(default_factory=dict)
    format: str | None = None

    def field(self) -> dict[str, Any]:
        """Return the field descriptor of the Table Schema."""
        rules = self.constraints | ({"required": True} if self.needed or self.always else {})
        described = {"description": self.description, "format": self.format, "constraints": rules}
        return {"name": self.name, "type": self.type} | {
            k: value for k, value in described.items() if value
        }


@dataclass(frozen=True, slots=True)
class TableSchema:
    """A table with its columns, primary key and foreign keys."""

    name: str
    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    foreign: tuple[tuple[tuple[str, ...], str, tuple[str, ...]], ...] = ()

    @property
    def path(self) -> str:
        """The path of its file in a package."""
        return f"{self.name}.csv"

    def schema(self) -> dict[str, Any]:
        """Return the Table Schema."""
        made: dict[str, Any] = {"fields": [c.field() for c in self.columns], "missingValues": [""]}
        if self.key:
            made["primaryKey"] = _bare(self.key)
        if self.foreign:
            made["foreignKeys"] = [
                {"fields": _bare(here), "reference": {"resource": table, "fields": _bare(there)}}
                for here, table, there in self.foreign
            ]
        return made


def _bare(names: tuple[str, ...]) -> str | list[str]:
    return names[0] if len(names) == 1 else list(names)


def slug(name: str, *, needed: bool = True, description: str | None = None) -> Column:
    """Define a column with a slug."""
    return Column(name, needed=needed, description=description, constraints=SLUG)


def key(name: str = "uid", *, needed: bool = True, description: str | None = None) -> Column:
    """Define a column with a key.

    A package made by hand may use any keys of its own; an export writes UUIDs.
    """
    return Column(name, needed=needed, description=description)


def one_of(name: str, values: Any, **more: Any) -> Column:
    """Define a column with one of these values."""
    return Column(name, always=True, constraints={"enum": [str(value) for value in values]}, **more)


def redacted(what: str) -> Column:
    """Define a column that says when, why and by whom something was redacted."""
    description = f"Where {what} had to be blanked: when, why and by whom, as an object in JSON."
    return Column("redacted", "object", description)


def flag(name: str, description: str | None = None) -> Column:
    """Define a column with true or false."""
    return Column(name, "boolean", description, always=True)


VERSION = Column("version", "integer", always=True, constraints={"minimum": 1})
ALIASES = Column("aliases", description="Other spellings, separated by |.")
CELL = (
    (("negotiation", "party"), "participations", ("negotiation", "party")),
    (("negotiation", "issue"), "issues", ("negotiation", "slug")),
)
OF_VERSION = ((("position", "version"), "positions", ("uid", "version")),)

TABLES = {
    t.name: t
    for t in (
        TableSchema(
            "negotiations",
            "Negotiations",
            (
                slug("slug"),
                Column("title", needed=True),
                Column("summary"),
                one_of("status", v.NegotiationStatus),
                Column("coded_through", "date", "The day up to which the sources have been read."),
                Column("licence"),
                Column("contact"),
                Column("method", description="The code book's general text."),
                flag("review", "Does publishing need a second editor?"),
                flag("invented", "Is it made up for practice?"),
                VERSION,
            ),
            ("slug",),
        ),
        TableSchema(
            "parties",
            "Parties",
            (
                slug("slug"),
                Column("name", needed=True),
                Column("short_name"),
                Column("kind"),
                ALIASES,
                Column("wikidata_id", constraints={"pattern": "Q[1-9][0-9]*"}),
                VERSION,
            ),
            ("slug",),
        ),
        TableSchema(
            "participations",
            "Parties' roles in negotiations",
            (
                slug("negotiation"),
                slug("party"),
                one_of("role", v.PartyRole),
                flag("consent_required"),
                Column("order", "integer"),
                slug(
                    "merged_into",
                    needed=False,
                    description="The party that its positions are recorded under.",
                ),
                VERSION,
            ),
            ("negotiation", "party"),
            (
                (("negotiation",), "negotiations", ("slug",)),
                (("party",), "parties", ("slug",)),
                (("merged_into",), "parties", ("slug",)),
            ),
        ),
        TableSchema(
            "speakers",
            "Speakers",
            (
                key(),
                Column("name"),
                Column("office"),
                slug("party", needed=False),
                ALIASES,
                VERSION,
            ),
            ("uid",),
            ((("party",), "parties", ("slug",)),),
        ),
        TableSchema(
            "issues",
            "Issues",
            (
                slug("negotiation"),
                slug("slug"),
                Column("title", needed=True),
                Column("question"),
                Column("group"),
                Column("order", "integer"),
                flag("ordered", "Are the options a scale?"),
                Column("notes", description="The code book on this issue."),
                VERSION,
            ),
            ("negotiation", "slug"),
            ((("negotiation",), "negotiations", ("slug",)),),
        ),
        TableSchema(
            "options",
            "Options of the issues",
            (
                slug("negotiation"),
                slug("issue"),
                slug("slug"),
                Column("label", needed=True),
                Column("rank", "number", "Place on the scale of an ordered issue."),
                flag("status_quo"),
                flag("retired"),
                slug(
                    "merged_into",
                    needed=False,
                    description="The option of the same issue that took its place.",
                ),
                VERSION,
            ),
            ("negotiation", "issue", "slug"),
            ((("negotiation", "issue"), "issues", ("negotiation", "slug")),),
        ),
        TableSchema(
            "sources",
            "Sources",
            (
                key(),
                Column("url", constraints=ADDRESS),
                Column("reference", description="Where to find what has no address."),
                Column("title", needed=True),
                Column("publisher"),
                Column("author"),
                Column("published_on", constraints=IMPRECISE),
                Column("accessed_on", constraints=IMPRECISE),
                Column("kind"),
                Column("language"),
                Column("archive_url", constraints=ADDRESS),
                Column("licence"),
                Column(
                    "text_sha256",
                    description="SHA-256 of the text that the quotes were checked against.",
                    constraints={"pattern": "[0-9a-f]{64}"},
                ),
                Column(
                    "text", description="The file of this package that holds that text, in UTF-8."
                ),
                redacted("its data or text"),
                VERSION,
            ),
            ("uid",),
        ),
        TableSchema(
            "positions",
            "Positions, a row for each version",
            (
                key(),
                VERSION,
                slug("negotiation"),
                slug("party"),
                slug("issue"),
                one_of("status", v.PositionStatus),
                one_of("act", v.Act),
                Column("summary"),
                one_of("firmness", v.Firmness),
                Column("salience", "integer", constraints={"minimum": 0, "maximum": 100}),
                Column(
                    "stated_on",
                    description="As precise as the source allows.",
                    constraints=IMPRECISE,
                ),
                Column(
                    "stated_from",
                    "date",
                    "First day of that period, or a later one; computed where empty.",
                ),
                Column(
                    "stated_by",
                    "date",
                    "By this day it had certainly been said; computed where empty.",
                ),
                Column(
                    "by_hand",
                    description="Which of stated_from and stated_by were given"
                    " rather than computed.",
                ),
                Column("action", description="What made this version."),
                Column("reason"),
                Column("recorded_at", "datetime", "When this version was recorded, first of all."),
                Column("recorded_by"),
                Column(
                    "first_published", "datetime", "When the position was published, first of all."
                ),
                Column(
                    "quotes", description="The uids of its quotes, in order, separated by spaces."
                ),
                redacted("this version's summary or reason"),
                Column(
                    "proposals",
                    "object",
                    "Who proposed this version or an earlier one, and who accepted it, by version.",
                ),
            ),
            ("uid", "version"),
            CELL,
        ),
        TableSchema(
            "attitudes",
            "Attitudes of positions to options",
            (
                key("position"),
                VERSION,
                slug("option", description="An option of the position's issue."),
                Column("attitude", needed=True, constraints={"enum": [str(a) for a in v.Attitude]}),
                Column("condition", description="“only if …”, in words."),
                flag("inferred", "The coder's reading, not said so."),
            ),
            ("position", "version", "option"),
            OF_VERSION,
        ),
        TableSchema(
            "links",
            "Links from positions to other issues",
            (
                key("position"),
                VERSION,
                slug("issue", description="An issue of the position's negotiation."),
                slug("option", needed=False, description="An option of that issue."),
                Column("kind", needed=True, constraints={"enum": [str(k) for k in v.LinkKind]}),
            ),
            (),
            OF_VERSION,
        ),
        TableSchema(
            "quotes",
            "Quotes",
            (
                key(),
                key("position", description="The position that it was first taken for."),
                key("source"),
                Column("exact", needed=True, constraints={"minLength": 1}),
                Column(
                    "prefix", description="The words directly before, as they stand in the source."
                ),
                Column("suffix", description="The words directly after."),
                one_of("kind", v.QuoteKind),
                Column("language"),
                Column(
                    "translated_from",
                    description="The language spoken, where the source prints a translation.",
                ),
                Column("translation", description="Ours."),
                Column("said_on", constraints=IMPRECISE),
                key("speaker", needed=False),
                Column("office", description="Held when it was said."),
                slug("party", needed=False, description="The speaker's when it was said."),
                one_of("verification", v.Verification),
                Column("start", "integer", "Where it begins, in code points of the text."),
                Column("end", "integer", "Where it ends."),
                Column("segments", "array", "The parts around elisions, as [[from, to], …]."),
                Column("page", "integer", "Of a document with pages."),
                Column(
                    "link", description="The source's address, with what selects the words there."
                ),
                Column(
                    "filled",
                    description="Which of prefix and suffix were not given"
                    " but filled from the text.",
                ),
                redacted("its words"),
            ),
            ("uid",),
            (
                (("source",), "sources", ("uid",)),
                (("speaker",), "speakers", ("uid",)),
                (("party",), "parties", ("slug",)),
            ),
        ),
        TableSchema(
            "looks",
            "Cells searched in vain",
            (
                key(),
                slug("negotiation"),
                slug("party"),
                slug("issue"),
                Column("looked_on", "date", needed=True),
                Column("where"),
                Column("by"),
                VERSION,
            ),
            ("uid",),
            CELL,
        ),
    )
}
