"""Prepare what pages say and draw of positions: texts, marks on a small axis, headlines.

No markup: templates add that.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.matrix.common_ground import IssueCommonGround, OptionGround
from app.matrix.common_ground_summary import Headline, at_most, headline
from app.matrix.common_ground_summary import red_lines as red_lines  # for templates
from app.matrix.common_ground_summary import unsaid as unsaid  # for templates
from app.matrix.conditions import STANDINGS as STANDINGS  # for templates
from app.matrix.grid import GridCell, IssueView, OptionView
from app.matrix.ribbon import ribbon as ribbon  # for templates
from app.models.vocabulary import Act, Attitude, CommonGround, QuoteKind
from app.positions.evidence import evidence as evidence  # for templates
from app.positions.phrases import only_if
from app.positions.views import PositionView

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
VERBS = (Attitude.PREFERS, Attitude.ACCEPTS, Attitude.REJECTS)


class Attitudes(Protocol):
    """What a position says about the options of its issue."""

    @property
    def act(self) -> str:
        """How it was said."""

    @property
    def attitudes(self) -> Mapping[str, str]:
        """Attitudes by option."""

    @property
    def conditions(self) -> Mapping[str, str]:
        """Conditions by option."""

    @property
    def inferred(self) -> Collection[str]:
        """Options to which the attitude is the coder's reading."""


@dataclass(frozen=True, slots=True)
class Item:
    """One option in a sentence; `label` may say "either" or "all others" where that is shorter."""

    label: str
    condition: str | None = None
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class StancePart:
    """A verb with its options; the verb is empty for the option that is wanted."""

    verb: str
    items: list[Item]


@dataclass(frozen=True, slots=True)
class Stance:
    """What a position wants: first the main point, then the rest."""

    want: StancePart
    also: list[StancePart]


@dataclass(frozen=True, slots=True)
class AxisMark:
    """A sign on an axis: `kind` is prefers, accepts, rejects or tick (not stated)."""

    x: float
    kind: str
    inferred: bool = False
    radius: float = 0


@dataclass(frozen=True, slots=True)
class Strip:
    """A position's attitudes on a small axis; `line` says whether the options are ordered."""

    width: float
    line: bool
    marks: list[AxisMark]


@dataclass(frozen=True, slots=True)
class Label:
    """The text below a mark, with its SVG text anchor."""

    x: float
    anchor: str  # start, middle, end
    text: str


@dataclass(frozen=True, slots=True)
class Scale:
    """An issue's axis.

    It has labels if all of them fit below it, else the two ends or a list, as HTML that may wrap.
    """

    width: float
    line: bool
    marks: list[AxisMark]
    labels: list[Label]
    ends: tuple[str, str] | None
    listed: list[str]
    left_out: int


def number_in_words(count: int) -> str:
    """Spell numbers up to ten as words, as in running text."""
    return NUMBERS[count] if count < len(NUMBERS) else str(count)


def stance(issue: IssueView, position: PositionView) -> Stance:
    """Put a position's attitudes into words, the preferred option first."""
    if position.act == Act.WITHDRAWS:
        return Stance(StancePart("", [Item("gave up its position")]), [])
    prefers, accepts, rejects = _grouped(issue, position)
    others = sum(not option.retired for option in issue.options) - len(prefers)
    also = [
        StancePart(verb, _shortened(verb, items, others))
        for verb, items in (("accepts", accepts), ("rejects", rejects))
        if items
    ]
    if prefers:
        return Stance(StancePart("", prefers), also)
    if len(accepts) > 1:
        return Stance(
            StancePart(
                "",
                [
                    Item(
                        "either of two"
                        if len(accepts) == 2
                        else f"any of {number_in_words(len(accepts))}"
                    )
                ],
            ),
            also,
        )
    if also:
        return Stance(also[0], also[1:])
    return Stance(StancePart("", [Item("no position on the options")]), [])


def stance_line(issue: IssueView, position: PositionView) -> str:
    """Put a position's attitudes into one line: "30 days; accepts 60 days, only if …"."""
    said = stance(issue, position)
    parts = [part for part in (said.want, *said.also) if part.items]
    line = "; ".join(
        f"{part.verb} {', '.join(item.label + _condition(item) for item in part.items)}".strip()
        for part in parts
    )
    if not position.attitudes and position.summary and position.act != Act.WITHDRAWS:
        return f"{line}: {_unended(position.summary)}"
    return line


def _unended(sentence: str) -> str:
    """Take away the full stop of a sentence that is quoted in a line, but not that of "U.S."."""
    ends = sentence.endswith(".") and sentence[-2:-1].islower()
    return sentence[:-1] if ends else sentence


def _shortened(verb: str, items: list[Item], others: int) -> list[Item]:
    plain = not any(item.condition or item.inferred for item in items)
    if not plain or len(items) != others or len(items) < 2:
        return items
    if verb == "accepts":
        return [Item("either" if others == 2 else "any other")]
    return [Item("both others" if others == 2 else "all others")]


def stance_words(issue: IssueView, position: Attitudes) -> str:
    """List all attitudes as text: "prefers 30 days; accepts 60 days, only if …; rejects none"."""
    if position.act == Act.WITHDRAWS:
        return "gave up its position"
    said = []
    for verb, items in zip(VERBS, _grouped(issue, position), strict=True):
        labels = [item.label + " (inferred)" * item.inferred + _condition(item) for item in items]
        said += [f"{verb} {', '.join(labels)}"] * bool(items)
    return "; ".join(said) or "no position on the options"


def stance_title(issue: IssueView, position: PositionView) -> str:
    """Name the options first, as a heading: "30 days (prefers); 60 days (accepts, only if …)"."""
    if position.act == Act.WITHDRAWS:
        return "gave up its position"
    said = []
    for verb, items in zip(VERBS, _grouped(issue, position), strict=True):
        plain = [item.label for item in items if not item.inferred and not item.condition]
        said += [f"{', '.join(plain)} ({verb})"] * bool(plain)
        said += [
            f"{item.label} ({verb}{', inferred' * item.inferred}{_condition(item)})"
            for item in items
            if item.inferred or item.condition
        ]
    return "; ".join(said) or "no position on the options"


def _grouped(issue: IssueView, position: Attitudes) -> list[list[Item]]:
    """List the options of each attitude, in the order of VERBS."""
    labels = {option.slug: option.label for option in issue.options}
    return [
        [
            Item(labels.get(slug, slug), position.conditions.get(slug), slug in position.inferred)
            for slug, attitude in position.attitudes.items()
            if attitude == verb
        ]
        for verb in VERBS
    ]


def _condition(item: Item) -> str:
    return f", {only_if(item.condition)}" if item.condition else ""


def own_words(position: PositionView) -> int:
    """Count the direct quotes of a position that are not by another party's speaker."""
    spoken = (
        q.speaker.party if q.speaker else None
        for q in position.quotes
        if q.kind == QuoteKind.DIRECT
    )
    return sum(party in (None, position.party) for party in spoken)


def strip(issue: IssueView, position: PositionView | None) -> Strip:
    """Place a position's attitudes on the axis of the issue.

    Options are in order and evenly spaced, at the same places for every position.
    """
    count = len(issue.options)
    gap = 26.0 if count < 3 else max(11.0, min(26.0, 52.0 / (count - 1)))
    gap = min(gap, 136.0 / max(count - 1, 1))
    marks = []
    for place, option in enumerate(issue.options):
        attitude = position.attitudes.get(option.slug) if position else None
        inferred = bool(position and option.slug in position.inferred)
        marks.append(AxisMark(round(6 + gap * place, 1), attitude or "tick", inferred))
    return Strip(round(12 + gap * max(count - 1, 0), 1), issue.ordered and count > 1, marks)


def scale(issue: IssueView, cells: Iterable[GridCell | None], width: float = 216) -> Scale:
    """Draw the issue's axis; an option's dot grows with the number of parties that prefer it."""
    prefer: dict[str, int] = {}
    for cell in cells:
        for slug, attitude in (cell.position.attitudes if cell and cell.position else {}).items():
            if attitude == Attitude.PREFERS:
                prefer[slug] = prefer.get(slug, 0) + 1
    options = [option for option in issue.options if not option.retired or option.slug in prefer]
    steps = max(len(options) - 1, 1)
    marks = []
    for place, option in enumerate(options):
        fans = prefer.get(option.slug, 0)
        radius = min(2.4 + 1.4 * fans, 7.0) if fans else 1.8
        marks.append(
            AxisMark(
                round(8 + (width - 16) * place / steps, 1),
                "prefers" if fans else "tick",
                False,
                round(radius, 1),
            )
        )
    labels = _placed([option.label for option in options], [mark.x for mark in marks], width)
    ends = None
    listed: list[str] = []
    left_out = 0
    if options and not labels:
        if issue.ordered and len(options) > 1:
            ends = (options[0].label, options[-1].label)
        else:
            shown = (
                options
                if len(options) <= 3
                else [option for option in options if option.slug in prefer][:3]
            )
            listed, left_out = [option.label for option in shown], len(options) - len(shown)
    return Scale(width, issue.ordered and len(options) > 1, marks, labels, ends, listed, left_out)


def _text_width(text: str) -> float:
    """Estimate the width in 12 px Source Sans, rather too wide (capitals, Cyrillic are wider)."""
    return sum(
        8.0 if char.isupper() or ord(char) > 0x2FF else 3.6 if char in " .,:;il|!'’" else 6.4
        for char in text
    )


def _placed(texts: list[str], places: list[float], width: float) -> list[Label]:
    """Place labels below their dots; return none if two of them would touch."""
    labels: list[Label] = []
    taken = -6.0
    for index, (text, x) in enumerate(zip(texts, places, strict=True)):
        size = _text_width(text)
        anchor = "start" if index == 0 else "end" if index == len(texts) - 1 else "middle"
        at = 2.0 if anchor == "start" else width - 2 if anchor == "end" else x
        left = at if anchor == "start" else at - size if anchor == "end" else at - size / 2
        if left < taken + 6 or left + size > width:
            return []
        taken = left + size
        labels.append(Label(round(at, 1), anchor, text))
    return labels


def ground(issue: IssueView, found: IssueCommonGround, names: Mapping[str, str]) -> Headline:
    """Summarise an issue's common ground; more than three blocked options are only counted."""
    made = headline(found, {option.slug: option.label for option in issue.options}, names)
    grounds = found.options
    blocked = sum(one.state == CommonGround.BLOCKED for one in grounds)
    if made.state != CommonGround.BLOCKED or blocked <= 3:
        return made
    left = len(grounds) - blocked
    which = (
        f"all {number_in_words(blocked)} options"
        if not left
        else f"all but {number_in_words(left)} of {number_in_words(len(grounds))} options"
    )
    return Headline(made.state, f"Blocked: {which}", _who(grounds, names))


def _who(grounds: Sequence[OptionGround], names: Mapping[str, str]) -> str:
    counts: dict[str, int] = {}
    for one in grounds:
        for voice in one.blockers:
            counts[voice.party] = counts.get(voice.party, 0) + 1
    said = sorted(counts.items(), key=lambda item: -item[1])
    return "; ".join(
        at_most(
            [f"{names.get(party, party)} rejects {number_in_words(count)}" for party, count in said]
        )
    )


def option_label(options: Sequence[OptionView], slug: str) -> str:
    """Return the label of an option; its slug if it is not among these."""
    return next((option.label for option in options if option.slug == slug), slug)
