"""Answer the call of a tool: ask the API, show its answer, and say what it is an answer to."""

from collections.abc import Mapping
from typing import Any

from app.http.responses import plain_json
from app.mcp.asking import API, Ask
from app.mcp.presenter import Cards, Json, names_of
from app.mcp.showing import position
from app.mcp.tool import Asked, pinned
from app.mcp.windows import cut, following, read_limit, read_start, total_of
from app.sources.actions import check_text

MOST_HISTORY = 50  # positions of a cell
HIDDEN = "The filter leaves cells out. They have other positions or none: do not call them silent."


async def read(asked: Asked, ask: Ask) -> Json:
    """Answer by one request of the API."""
    tool, cards = asked.tool, Cards(ask.base)
    if not tool.lists:
        query = asked.query("limit")
        if tool.limit:
            query.append(("limit", str(read_limit(asked.values, tool.limit))))
        body = await ask(asked.fill(tool.path), query)
        answer = tool.show(_named(body, tool.rows), cards)
        window = _own_window(asked, body, answer)
        return envelope(asked, ask, body["meta"], cards, answer=answer, window=window)
    start, most = read_start(asked.one("cursor")), read_limit(asked.values, tool.limit)
    query = asked.query("cursor", "limit")
    if start.cursor:
        query.append(("cursor", start.cursor))
    body = await ask(asked.fill(tool.path), query)
    whole = _named(body, tool.rows)
    found = cut(whole, tool.lists, start, most)
    answer = tool.show({**whole, **found.lists}, cards)
    meta = body["meta"]
    total = total_of(meta, found, start, tool.total)
    window = _window(asked, meta, found.shown, total, following(meta, found))
    return envelope(asked, ask, meta, cards, answer=answer, window=window)


def envelope(
    asked: Asked,
    ask: Ask,
    meta: Mapping[str, Any],
    cards: Cards,
    *,
    answer: Json,
    window: Json | None = None,
) -> Json:
    """Put beside an answer which times it is for, where it stays, and what to know of it."""
    notes = cards.notes()
    if window is not None and window["next"] is not None:
        of = f" of {window['of']:,}" if window["of"] is not None else ""
        notes.insert(
            0,
            f"This is a part: {window['shown']:,}{of} {window['unit']}. Call {window['tool']} with "
            "the arguments in `window.next` for the next part. Do not say that something is "
            "missing before you have read all parts.",
        )
    if asked.hides_cells:
        notes.append(HIDDEN)
    made: Json = {
        "answer": answer,
        "as_of": meta.get("as_of"),
        "known_at": meta["known_at"],
        **asked.addresses(ask.base, _times(meta)),
        "notes": notes,
    }
    for name in ("changed_since", "suppositions", "suggestions"):
        if name in meta:
            made[name] = meta[name]
    if cards.verifications:
        made["verification"] = dict(cards.verifications)
    if window is not None:
        made["window"] = window
    return made


async def read_cell(asked: Asked, ask: Ask) -> Json:
    """Answer what a party wants on an issue, and what it said before."""
    negotiation, party, issue = (asked.one(n) for n in ("negotiation", "party", "issue"))
    cards = Cards(ask.base)
    body = await ask(asked.fill(asked.tool.path), asked.query("negotiation"))
    data, meta = body["data"], body["meta"]
    [cell] = data["cells"]
    about = [("negotiation", negotiation or ""), ("party", party or ""), ("issue", issue or "")]
    listed = await ask(
        "/positions",
        [
            *about,
            ("until", meta["as_of"]),
            ("known_at", meta["known_at"]),
            ("limit", str(MOST_HISTORY)),
        ],
    )
    parties, issues = names_of(data["parties"], "name"), names_of(data["issues"], "title")
    answer = {
        "party": data["parties"][0],
        "issue": data["issues"][0],
        "cell": cards.cell(cell, parties, issues),
        "history": [cards.position(p) for p in listed["data"]],
    }
    more, count = listed["meta"]["next"], cell["positions_count"]
    rest = {**dict(about), "until": meta["as_of"], "known_at": meta["known_at"], "cursor": more}
    window = {
        "shown": len(listed["data"]),
        "of": count if more else len(listed["data"]),
        "unit": "positions of this cell, the newest first",
        "tool": "list_positions",
        "next": rest if more else None,
    }
    return envelope(asked, ask, meta, cards, answer=answer, window=window)


async def read_position(asked: Asked, ask: Ask) -> Json:
    """Answer what one position says, in its newest version or another one."""
    cards, version = Cards(ask.base), asked.one("version")
    path = asked.fill(asked.tool.path) + (f"/versions/{version}" if version else "")
    body = await ask(path, asked.query("version"))
    answer, times = position(body["data"], cards), _times(body["meta"])
    made = envelope(asked, ask, body["meta"], cards, answer=answer)
    return {
        **made,
        "address": pinned(answer["address"], (), times),
        "api": pinned(f"{ask.base}{API}{path}", (), times),
    }


async def check_words(asked: Asked, ask: Ask) -> Json:
    """Answer whether words are those of a quote, by the rules by which quotes are checked."""
    cards, words = Cards(ask.base), asked.one("words") or ""
    body = await ask(asked.fill(asked.tool.path), asked.query("words"))
    recorded = body["data"]["exact"]
    found = plain_json(await check_text(recorded, words, None, None))
    same = found["verification"] in ("verified", "ambiguous")
    whole = same and found["start"] == 0 and found["end"] == len(recorded)
    answer = {
        "in_quote": same,
        "whole_quote": whole,
        "closest": found["closest"],
        "reason": found["reason"],
        "quote": cards.quote(body["data"]),
    }
    made = envelope(asked, ask, body["meta"], cards, answer=answer)
    made["notes"].insert(0, _verdict(same, whole))
    return made


def _verdict(same: bool, whole: bool) -> str:
    if whole:
        return "These are the words of the quote."
    if same:
        return "These words are a part of the quote. Mark what you leave out."
    return (
        "These are not the words of the quote. Do not print them as one: take `quote.exact`, "
        "letter by letter."
    )


def _named(body: Mapping[str, Any], rows: str) -> Json:
    """Return what the API answered under one roof: lists get a name, what is beside them too."""
    beside = {n: v for n, v in body.items() if n not in ("data", "meta")}
    return {rows: body["data"], **beside} if rows else body["data"]


def _times(meta: Mapping[str, Any]) -> dict[str, str]:
    return {n: str(meta[n]) for n in ("as_of", "known_at") if meta.get(n)}


def _own_window(asked: Asked, body: Mapping[str, Any], answer: Json) -> Json | None:
    """Return the window of a list whose pages are those of the API; None where it is no list."""
    meta, tool = body["meta"], asked.tool
    if "cursor" not in tool.takes:
        return None
    shown = len(answer[tool.unit])
    following = meta.get("next")
    alone = following is None and asked.one("cursor") is None
    total = shown if alone else None
    if tool.total and not asked.hides_cells and not meta.get("more"):
        total = meta[tool.total]
    return _window(asked, meta, shown, total, following)


def _window(
    asked: Asked, meta: Mapping[str, Any], shown: int, total: int | None, cursor: str | None
) -> Json:
    # A list of positions goes on at its own instant, which its cursor names.
    times = _times(meta) if asked.tool.pinned else {}
    following = asked.again(times, cursor) if cursor else None
    unit, tool = asked.tool.unit, asked.tool.name
    return {"shown": shown, "of": total, "unit": unit, "tool": tool, "next": following}
