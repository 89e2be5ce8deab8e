"""List the tools: what each answers, what it takes, and which address of the API it asks.

Descriptions are for agents: what is answered, what its figures mean, and what to cite.
"""

from collections.abc import Awaitable, Callable, Mapping

from app.matrix.contradictions import Kind as ContradictionKind
from app.mcp import showing
from app.mcp.arguments import Argument, Kind
from app.mcp.asking import Ask
from app.mcp.calls import check_words, read, read_cell, read_position
from app.mcp.presenter import Json
from app.mcp.tool import Asked, Tool
from app.models.vocabulary import Firmness, QuoteKind
from app.search.schemas import HitType

FIRMNESS = tuple(Firmness)
KNOWN_AT = Argument(
    "known_at",
    "What this database held at this instant, such as 2026-11-23T10:00:00Z; default: now. Send the "
    "`known_at` of an answer to get the same answer again.",
)
AS_OF = Argument(
    "as_of", "What had been said by the end of this day, such as 2025-03-17; default: all of it."
)
CURSOR = Argument("cursor", "From `window.next` of the answer before.")
NEGOTIATION = Argument(
    "negotiation", "The negotiation, by its slug (from list_negotiations).", Kind.SLUG, True
)
PARTIES = Argument("party", "Only these parties, by their slugs; default: all.", Kind.LIST)
ISSUES = Argument("issue", "Only these issues, by their slugs; default: all.", Kind.LIST)
FIRM = Argument("firmness", "Only positions as firm as this.", Kind.LIST, choices=FIRMNESS)
OF_NEGOTIATION = "/negotiations/{negotiation}"
TIMES = (AS_OF, KNOWN_AT)


def _number(name: str, of: str) -> Argument:
    return Argument(name, f"The number of the {of}.", Kind.NUMBER, True)


def _limit(default: int, unit: str) -> Argument:
    return Argument(
        "limit", f"At most this many {unit}, up to 500; default {default}.", Kind.NUMBER
    )


TOOLS: tuple[Tool, ...] = (
    Tool(
        "list_negotiations",
        "List negotiations",
        "Which negotiations there are: begin here. `coded_through` is the day up to which the "
        "sources of one have been read; nothing later is covered. `invented` talks are practice "
        "data, never news.",
        "/negotiations",
        (CURSOR, KNOWN_AT),
        page="/",
        show=showing.negotiations,
        rows="negotiations",
        unit="negotiations",
        pinned=False,
    ),
    Tool(
        "read_negotiation",
        "Read a negotiation",
        "Which parties, issues and options a negotiation has, with their slugs, which all other "
        "tools take. `consent_required` marks the parties that a deal needs; `rank` orders the "
        "options of an issue that is `ordered`. Cite it by `address`.",
        OF_NEGOTIATION,
        (NEGOTIATION, KNOWN_AT),
        page="/n/{negotiation}/about",
    ),
    Tool(
        "search",
        "Search",
        "Where words occur: positions with their quotes, sources, parties, issues and speakers of "
        "all negotiations, also in other spellings and forms. Texts of sources are not searched, "
        "so finding nothing does not mean that nobody said it; `suggestions` are other searches "
        "that find something. A `snippet` may be cut: read the quote before you cite it.",
        "/search",
        (
            Argument("q", 'Words, a "phrase" in quotation marks, `or`, `-` before what must not '
                     "occur.", required=True),
            Argument("type", "Only results of these types.", Kind.LIST, choices=tuple(HitType)),
            Argument("negotiation", "Only positions of these negotiations.", Kind.LIST),
            PARTIES, ISSUES, FIRM,
            Argument("kind", "Only positions with quotes of this kind.", Kind.LIST,
                     choices=tuple(QuoteKind)),
            Argument("language", "Only positions with quotes in these languages, such as `uk`.",
                     Kind.LIST),
            Argument("since", "Only positions stated by this day or a later one."),
            Argument("until", "Only positions stated by this day."),
            _limit(50, "results"), CURSOR, KNOWN_AT,
        ),
        page="/search",
        show=showing.hits,
        rows="hits",
        limit=50,
        total="total",
        unit="hits",
        pinned=False,
        always=(("grouped", "true"), ("counts", "true")),
    ),
    Tool(
        "read_matrix",
        "Who wants what",
        "Who wants what: the current position of each party on each issue, with its quotes. "
        "`attitudes` are to options: prefers, accepts or rejects; `firmness` goes from red_line to "
        "open. A cell without a position `says` what its silence means; never fill it by guessing. "
        "With `since`, `move` is the kind of the last move after that day. Cite `exact` of a quote "
        "with its speaker, source and `address`.",
        f"{OF_NEGOTIATION}/matrix",
        (
            NEGOTIATION, *TIMES, PARTIES, ISSUES, FIRM,
            Argument("q", "Only positions with these words."),
            Argument("since", "Mark the cells that changed after this day."),
            _limit(60, "cells, in whole rows"), CURSOR,
        ),
        page="/n/{negotiation}",
        show=showing.matrix,
        limit=60,
        total="total_cells",
        unit="cells",
    ),
    Tool(
        "read_cell",
        "What one party wants on one issue",
        "What a party wants on an issue, and all that it said on it before, newest first, with "
        "quotes. `cell.says` tells silence from a search that found nothing. Cite a position by "
        "its `address`, and its words by those of the quote.",
        f"{OF_NEGOTIATION}/matrix",
        (
            NEGOTIATION,
            Argument("party", "The party, by its slug.", Kind.SLUG, True),
            Argument("issue", "The issue, by its slug.", Kind.SLUG, True),
            *TIMES,
        ),
        page="/n/{negotiation}/cells/{party}/{issue}",
    ),
    Tool(
        "list_positions",
        "List positions",
        "Which positions were published, the newest first: also those that are no longer current. "
        "`since` and `until` are days of `stated_by`, by which a position had certainly been said. "
        "Use read_matrix for what is current.",
        "/positions",
        (
            Argument("negotiation", "Only of this negotiation, by its slug."),
            PARTIES, ISSUES,
            Argument("option", "Any attitude to these options.", Kind.LIST),
            FIRM,
            Argument("since", "`stated_by` on or after this day."),
            Argument("until", "`stated_by` on or before this day."),
            Argument("q", "Words in summary, conditions and quotes."),
            _limit(30, "positions"), CURSOR, KNOWN_AT,
        ),
        show=showing.positions,
        rows="positions",
        limit=30,
        unit="positions",
        pinned=False,
    ),
    Tool(
        "read_position",
        "Read a position",
        "What one position says, in its newest version or in `version`: attitudes, conditions, "
        "dates, quotes, who recorded it and why it was corrected. `status` retracted means that it "
        "counts nowhere. `summary` is the editors' words: quote `exact` instead, and cite "
        "`address`.",
        "/positions/{position}",
        (
            _number("position", "position"),
            Argument("version", "Its version; default: the newest.", Kind.NUMBER),
            KNOWN_AT,
        ),
    ),
    Tool(
        "read_versions",
        "How a position's record changed",
        "All versions of a position's record, oldest first, each with the reason of the "
        "correction. A new version is a correction of the record, not a move of the party.",
        "/positions/{position}/versions",
        (_number("position", "position"), KNOWN_AT),
        page="/positions/{position}",
        show=showing.versions,
        rows="versions",
    ),
    Tool(
        "read_quote",
        "Read a quote",
        "One quote: its words, the words around it, speaker, day, source, and whether a machine "
        "has found it in the source (`verification`). `link` leads to the words on the source's "
        "own site. Cite `exact` letter by letter, with speaker, source and `address`.",
        "/quotes/{quote}",
        (_number("quote", "quote"), KNOWN_AT),
        page="/quotes/{quote}",
        show=showing.quote,
    ),
    Tool(
        "check_words",
        "Check words against a quote",
        "Whether words that you are about to print are those of a quote: white space, the shape of "
        "quotation marks and dashes may differ, letters, case and numbers may not. If `in_quote` "
        "is false, do not print them as a quote; `closest` shows what is recorded.",
        "/quotes/{quote}",
        (
            _number("quote", "quote"),
            Argument("words", "The words, as you would print them.", required=True),
            KNOWN_AT,
        ),
        page="/quotes/{quote}",
    ),
    Tool(
        "read_source",
        "Read a source",
        "Where words come from: title, publisher, author, day, language, address and archive of a "
        "source. Its text is private; `text_sha256` is the hash of the text that quotes were "
        "checked against. Cite the source beside the quote.",
        "/sources/{source}",
        (_number("source", "source"), KNOWN_AT),
        page="/sources/{source}",
        show=showing.source,
    ),
    Tool(
        "read_common_ground",
        "Where a deal is possible",
        "On which options a deal is possible: `agreed` (each party needed accepts it plainly), "
        "`qualified` (each accepts it, but on a condition or not in plain words), `blocked` (some "
        "reject it) or `open`. `silent` have no attitude to the option; those of them in "
        "`elsewhere` prefer another one and are not silent. Each voice has the `address` of its "
        "position: read that for the words.",
        f"{OF_NEGOTIATION}/common-ground",
        (NEGOTIATION, *TIMES, _limit(20, "issues"), CURSOR),
        page="/n/{negotiation}/common-ground",
        show=showing.ground,
        lists=("issues",),
        limit=20,
        total="total_issues",
        unit="issues",
    ),
    Tool(
        "list_moves",
        "What changed between two days",
        "Which parties moved after the day `from` up to the day `to`: `moved`, `hardened`, "
        "`softened`, `withdrawn`, `restated` or `new`, each with the position and quotes before "
        "and after. `corrections` are changes of this record, not of a party.",
        f"{OF_NEGOTIATION}/changes",
        (
            NEGOTIATION,
            Argument("from", "Moves later than this day; default: all."),
            Argument("to", "Moves up to and with this day; default: all."),
            KNOWN_AT, _limit(25, "moves and corrections"), CURSOR,
        ),
        page="/n/{negotiation}/changes",
        show=showing.moves,
        rows="moves",
        lists=("moves", "corrections"),
        limit=25,
        unit="moves and corrections",
    ),
    Tool(
        "read_timeline",
        "What was current when",
        "Which positions of each cell were current one after the other, from when until when. "
        "`kind` is what kind of move began each.",
        f"{OF_NEGOTIATION}/timeline",
        (NEGOTIATION, *TIMES, _limit(30, "cells"), CURSOR),
        page="/n/{negotiation}/timeline",
        show=showing.timeline,
        lists=("cells",),
        limit=30,
        unit="cells",
    ),
    Tool(
        "read_agreement",
        "Who agrees with whom",
        "How near each two parties are: `agreement` is 1 if they prefer the same options and 0 if "
        "opposite ones, averaged over the `issues` on which both prefer one; null if there is "
        "none. Always report the number of issues. `on` names them with the options of both: "
        "read_cell has the words behind each.",
        f"{OF_NEGOTIATION}/agreement",
        (NEGOTIATION, PARTIES, *TIMES, _limit(60, "pairs"), CURSOR),
        page="/n/{negotiation}/agreement",
        show=showing.plain,
        lists=("pairs",),
        limit=60,
        total="total_pairs",
        unit="pairs",
    ),
    Tool(
        "read_coverage",
        "What has nobody said, and what is weak",
        "Where the record is empty or weak: cells `never_searched`, cells `searched` without "
        "result, `stale` ones, positions from a single source or only reported, quotes that no "
        "longer match. `counts` are those of the whole negotiation. Empty is neither yes nor no.",
        f"{OF_NEGOTIATION}/coverage",
        (
            NEGOTIATION, *TIMES,
            Argument("stale_after", "Days after which a cell is stale; default 90.", Kind.NUMBER),
            _limit(150, "lines"), CURSOR,
        ),
        page="/n/{negotiation}/coverage",
        show=showing.coverage,
        lists=(
            "never_searched", "searched", "stale", "single_source", "reported_only", "mismatched",
            "redated",
        ),
        limit=150,
        unit="lines",
    ),
    Tool(
        "read_packages",
        "Which packages are open, and what one concession would open",
        "Which combinations of options no party needed for a deal rejects (`total` of them), and "
        "in `concessions` how many more would be open if one party gave up one rejection. Silence "
        "shuts nothing: `unsaid` counts what nobody has accepted yet. Each claim has the `address` "
        "of its position.",
        f"{OF_NEGOTIATION}/packages",
        (
            NEGOTIATION,
            Argument("issue", "The issues of a package; default: the first 20.", Kind.LIST),
            Argument("suppose", "Suppose that a party accepts an option: `party:issue:option`.",
                     Kind.LIST),
            *TIMES, _limit(60, "packages, concessions and exchanges"), CURSOR,
        ),
        page="/n/{negotiation}/packages",
        show=showing.packages,
        lists=("concessions", "packages", "exchanges"),
        limit=60,
        unit="concessions, packages and exchanges",
    ),
    Tool(
        "list_contradictions",
        "What contradicts itself",
        "Which positions of one party exclude each other within some days, which words are quoted "
        "for several parties, and which positions hold only with another issue. Nothing is "
        "decided: it may be a change of mind. Report both sides with their words and days.",
        f"{OF_NEGOTIATION}/contradictions",
        (
            NEGOTIATION, PARTIES, ISSUES,
            Argument("kind", "Only these kinds.", Kind.LIST, choices=tuple(ContradictionKind)),
            Argument("days", "Days between two positions that exclude each other.", Kind.NUMBER),
            *TIMES, _limit(20, "entries"), CURSOR,
        ),
        page="/n/{negotiation}/contradictions",
        show=showing.contradictions,
        lists=("opposed", "same_words", "conditions"),
        limit=20,
        unit="entries",
    ),
)  # fmt: skip
BY_NAME: Mapping[str, Tool] = {tool.name: tool for tool in TOOLS}
# What one request of the API does not answer.
ANSWERS: Mapping[str, Callable[[Asked, Ask], Awaitable[Json]]] = {
    "read_cell": read_cell,
    "read_position": read_position,
    "check_words": check_words,
}


async def answer(asked: Asked, ask: Ask) -> Json:
    """Answer the call of a tool."""
    return await ANSWERS.get(asked.tool.name, read)(asked, ask)
