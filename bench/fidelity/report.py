"""Write tables of what was verified, and check it against the goals."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.fidelity.judging import Judgement

LEAST = {"docx": 0.995, "html": 0.995, "pdf": 0.98}  # share of true sentences to be verified
SHARE = 3  # the best other program must miss at least so many times as many
PARLEY = "Parley"

Judged = Mapping[str, Sequence[Judgement]]  # by the program that read the documents


@dataclass(frozen=True)
class Figures:
    """Sums over the judgements of some documents."""

    sentences: int
    misses: int
    altered: int
    accepted: int

    @classmethod
    def of(cls, judgements: Sequence[Judgement]) -> "Figures":
        """Sum up judgements."""
        return cls(
            sum(one.sentences for one in judgements),
            sum(len(one.misses) for one in judgements),
            sum(one.altered for one in judgements),
            sum(len(one.accepted) for one in judgements),
        )

    @property
    def share(self) -> float:
        """Return the share of true sentences that are verified, from 0 to 1."""
        return 1 - self.misses / self.sentences

    def __str__(self) -> str:
        return f"{100 * self.share:.1f} %"


def table(kind: str, judged: Judged) -> Iterator[str]:
    """Yield the lines of a Markdown table: one for each producer, then all of the kind."""
    ours, others = judged[PARLEY], [name for name in judged if name != PARLEY]
    titles = [
        "producer",
        "documents",
        "sentences",
        PARLEY,
        "missed",
        "altered",
        "of these verified",
        *others,
    ]
    yield f"| {kind.upper()}: {' | '.join(titles)} |"
    yield f"| --- |{' ---: |' * (len(titles) - 1)}"
    by_producer: dict[str, list[Judgement]] = defaultdict(list)
    for one in ours:
        by_producer[one.document.producer].append(one)
    for producer, some in [*by_producer.items(), ("all", list(ours))]:
        figures = Figures.of(some)
        names = {one.document.name for one in some}
        row = [
            producer,
            len(some),
            figures.sentences,
            figures,
            figures.misses,
            f"{figures.altered:,}",
            figures.accepted,
        ]
        row += [
            Figures.of([one for one in judged[other] if one.document.name in names])
            for other in others
        ]
        yield f"| {' | '.join(map(str, row))} |"
    missed = ", ".join(f"{name} {Figures.of(judged[name]).misses:,}" for name in judged)
    yield f"\nMissed: {missed}."
    accepted = [
        f"{name} {Figures.of(judged[name]).accepted:,}"
        for name in others
        if Figures.of(judged[name]).altered
    ]
    if accepted:
        yield f"Altered sentences verified in what others read: {', '.join(accepted)}."


def shortcomings(kind: str, judged: Judged) -> Iterator[str]:
    """Yield the goals that are not reached."""
    ours = Figures.of(judged[PARLEY])
    if ours.accepted:
        yield f"{kind}: {ours.accepted} altered sentences are verified; none may be"
    if ours.share < LEAST[kind]:
        yield (
            f"{kind}: {100 * ours.share:.2f} % are verified; {100 * LEAST[kind]:.1f} % is the least"
        )
    others = {name: Figures.of(some).misses for name, some in judged.items() if name != PARLEY}
    if others:
        best = min(others, key=others.__getitem__)
        if ours.misses * SHARE > others[best]:
            yield (
                f"{kind}: {ours.misses} are missed, {best} misses {others[best]};"
                " a third of that is the most"
            )


def misses(judgements: Sequence[Judgement]) -> Iterator[str]:
    """Yield each miss with the text found instead, and each altered sentence that was verified."""
    for one in judgements:
        if not one.misses and not one.accepted:
            continue
        yield (
            f"\n{one.document.name} ({one.document.producer}): {len(one.misses)} of"
            f" {one.sentences} missed"
        )
        for sentence, instead in one.misses:
            yield f"  missed:  {sentence.text}"
            yield f"  instead: {instead!r}"
        for kind, words in one.accepted:
            yield f"  verified although altered ({kind}): {words}"
