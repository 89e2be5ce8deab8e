"""Show the answer of each tool, out of what the API answered."""

from collections.abc import Callable, Mapping
from typing import Any

from app.mcp.presenter import Cards, Json, names_of

Show = Callable[[Json, Cards], Json]


OF_PAGES = ("url", "marks", "translation_marks", "cut_start", "cut_end")
LONG = ("method", "contact", "review")  # read_negotiation has these


def plain(answer: Json, cards: Cards) -> Json:
    """Show an answer as it is."""
    return answer


def negotiations(answer: Json, cards: Cards) -> Json:
    """Show a list of negotiations."""
    rows = [
        {**{n: v for n, v in row.items() if n not in LONG}, "address": f"{cards.base}/n/{slug}"}
        for row in answer["negotiations"]
        for slug in [row["slug"]]
    ]
    return {"negotiations": rows}


def hits(answer: Json, cards: Cards) -> Json:
    """Show what a search found."""
    return {"hits": [_hit(hit, cards) for hit in answer["hits"]]}


def _hit(hit: Mapping[str, Any], cards: Cards) -> Json:
    made = {n: v for n, v in hit.items() if n not in OF_PAGES and v not in (None, [], 0, False)}
    if hit.get("quotes"):
        made["quotes"] = [_hit(quote, cards) for quote in hit["quotes"]]
    return {**made, "address": f"{cards.base}{hit['url']}"}


def positions(answer: Json, cards: Cards) -> Json:
    """Show a list of positions."""
    return {"positions": [cards.position(p) for p in answer["positions"]]}


def position(answer: Json, cards: Cards) -> Json:
    """Show one position, with who recorded it."""
    recorded = ("recorded_at", "recorded_by", "action", "reason", "salience", "stated_from", "uid")
    return {**(cards.position(answer) or {}), **{name: answer[name] for name in recorded}}


def versions(answer: Json, cards: Cards) -> Json:
    """Show the versions of a position."""
    return {"versions": [position(p, cards) for p in answer["versions"]]}


def quote(answer: Json, cards: Cards) -> Json:
    """Show one quote with the words around it and the positions that rest on it."""
    more = ("uid", "prefix", "suffix", "start", "end", "segments")
    used = [
        {"position": number, "address": f"{cards.base}/positions/{number}"}
        for number in answer["positions"]
    ]
    return {**cards.quote(answer), **{name: answer[name] for name in more}, "positions": used}


def source(answer: Json, cards: Cards) -> Json:
    """Show one source."""
    return {**answer, "address": f"{cards.base}/sources/{answer['id']}"}


def matrix(answer: Json, cards: Cards) -> Json:
    """Show the cells of the matrix, with the names of parties and issues."""
    parties, issues = names_of(answer["parties"], "name"), names_of(answer["issues"], "title")
    cells = [cards.cell(cell, parties, issues) for cell in answer["cells"]]
    return {**answer, "cells": cells}


def ground(answer: Json, cards: Cards) -> Json:
    """Show the common ground of each issue."""
    return {
        "issues": [
            {**issue, "options": [_option(o, cards) for o in issue["options"]]}
            for issue in answer["issues"]
        ]
    }


def _option(option: Mapping[str, Any], cards: Cards) -> Json:
    voices = {name: cards.lines(option[name]) for name in ("accepted_by", "rejected_by")}
    return {**option, **voices}


def moves(answer: Json, cards: Cards) -> Json:
    """Show moves with the positions before and after each, and corrections of the record."""
    found = [
        {**move, **{side: cards.position(move[side]) for side in ("before", "after")}}
        for move in answer["moves"]
    ]
    return {"moves": found, "corrections": cards.lines(answer["corrections"])}


def timeline(answer: Json, cards: Cards) -> Json:
    """Show what was current when in each cell."""
    cells = [
        {**cell, "positions": [{**t, "position": cards.position(t["position"])} for t in turns]}
        for cell in answer["cells"]
        for turns in [cell["positions"]]
    ]
    return {"cells": cells}


def coverage(answer: Json, cards: Cards) -> Json:
    """Show what is missing or weak."""
    return {n: cards.lines(v) if isinstance(v, list) else v for n, v in answer.items()}


def packages(answer: Json, cards: Cards) -> Json:
    """Show packages, and what keeps others shut."""
    issues = [
        {**issue, **{n: cards.lines(issue[n]) for n in ("reserved", "red_lines")}}
        for issue in answer["issues"]
    ]
    shut = [{**one, "claim": cards.line(one["claim"])} for one in answer["concessions"]]
    fewest = answer["fewest"]
    if fewest is not None:
        fewest = {**fewest, "gives_up": cards.lines(fewest["gives_up"])}
    return {**answer, "issues": issues, "concessions": shut, "fewest": fewest}


def contradictions(answer: Json, cards: Cards) -> Json:
    """Show what contradicts itself, with the positions on both sides."""
    opposed = [
        {**one, **{side: cards.position(one[side]) for side in ("before", "after")}}
        for one in answer["opposed"]
    ]
    words = [{**one, "uses": cards.lines(one["uses"])} for one in answer["same_words"]]
    depending = [
        {**one, "position": cards.position(one["position"]), "own": cards.line(one["own"]),
         "others": cards.lines(one["others"])}
        for one in answer["conditions"]
    ]  # fmt: skip
    return {**answer, "opposed": opposed, "same_words": words, "conditions": depending}
