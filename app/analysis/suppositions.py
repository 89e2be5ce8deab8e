"""Suppose that a party accepted an option, for one view and never in the data; pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.analysis.packages import Claim
from app.models.vocabulary import Attitude

MOST = 20  # suppositions of one view


@dataclass(frozen=True, slots=True)
class Supposition:
    """That a party accepted an option of an issue, without a condition; slugs."""

    party: str
    issue: str
    option: str

    @property
    def text(self) -> str:
        """As the address has it."""
        return f"{self.party}:{self.issue}:{self.option}"


def read_supposition(text: str) -> Supposition | None:
    """Read "party:issue:option"; None for anything else."""
    match text.split(":"):
        case [party, issue, option] if party and issue and option:
            return Supposition(party, issue, option)
    return None


def suppose(claims: Sequence[Claim], supposed: Sequence[Supposition]) -> list[Claim]:
    """Return the claims as they would be; those that are only supposed say so.

    What a party prefers or accepts plainly already stays as it is.
    """
    made = {(claim.party, claim.issue, claim.option): claim for claim in claims}
    for one in supposed:
        key = (one.party, one.issue, one.option)
        held = made.get(key)
        if held is None:
            made[key] = Claim(*key, Attitude.ACCEPTS, position=None, supposed=True)
        elif not (held.takes and held.plain and not held.needs):
            made[key] = replace(
                held,
                attitude=held.attitude if held.takes else Attitude.ACCEPTS,
                condition=None,
                inferred=False,
                attributed_by=(),
                needs=(),
                supposed=True,
            )
    return list(made.values())
