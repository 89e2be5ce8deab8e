"""Put together how each party went along the scale of an issue."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.dossier.paths import PartyPath, chosen_steps, path
from app.dossier.queries import held_by_party
from app.matrix.build import MatrixView
from app.negotiations.views import IssueView
from app.positions.presenter import read_versions


async def read_paths(
    session: AsyncSession, matrix: MatrixView, issue: IssueView
) -> list[PartyPath]:
    """Return the paths of the parties shown, in their order; none for an issue without a scale."""
    if not issue.ordered:
        return []
    held = await held_by_party(session, matrix, issue.slug)
    chosen = {
        party: [turns[number] for number in chosen_steps(len(turns))]
        for party, turns in held.items()
    }
    keys = {(turn.position, turn.version) for turns in chosen.values() for turn in turns}
    kept = await read_versions(session, matrix.at, keys)
    paths = []
    for party in matrix.columns:
        turns = [t for t in chosen.get(party.slug, []) if (t.position, t.version) in kept]
        if not turns:
            continue
        views = [kept[turn.position, turn.version].view for turn in turns]
        left_out = len(held[party.slug]) - len(chosen[party.slug])
        doubtful = [turn.doubtful for turn in turns]
        paths.append(path(issue, views, doubtful=doubtful, left_out=left_out))
    return paths
