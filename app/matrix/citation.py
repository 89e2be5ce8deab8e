"""Cite a view of the matrix, and describe it in schema.org terms."""

from app.citations.citable import US, Cite, CitedWork
from app.core import dates
from app.core.clock import instant
from app.matrix.frame import Frame

FORMS = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "zip": "application/zip",
}


def cite_matrix(matrix: Frame, *, base: str, permalink: str) -> Cite:
    """Cite a view by the permanent link that will always show the same."""
    n, as_of, known_at = matrix.negotiation, matrix.as_of.isoformat(), instant(matrix.at.at)
    query = permalink[permalink.index("?") :]
    work = CitedWork(
        key=f"parley-{n.slug}-{as_of}",
        kind="dataset",
        title=f"{n.cited_title}: who wants what, as of {dates.display(as_of)}",
        url=permalink,
        authors=(US,),
        issued=known_at[:10],
        version=f"as recorded at {known_at}",
    )
    here = f"{base}/n/{n.slug}"
    data = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": permalink,
        "url": here,
        "name": work.title,
        "description": n.summary
        or f"What each party to “{n.title}” wants on each issue, in its own words.",
        "creator": {"@type": "Organization", "name": US},
        "license": n.licence,
        "version": str(matrix.at.seq),
        "dateModified": known_at,
        "temporalCoverage": f"../{as_of}",
        "isAccessibleForFree": True,
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": media,
                "contentUrl": f"{here}/export.{form}",
            }
            for form, media in FORMS.items()
        ],
    }
    return Cite(
        work,
        permalink,
        f"/n/{n.slug}/cite",
        query,
        {k: v for k, v in data.items() if v is not None},
    )
