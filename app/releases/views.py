"""Present a release: its facts, its permanent addresses, and its citation; pure functions."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from app.citations.citable import US, Cite, CitedWork
from app.core.clock import instant
from app.models.release import Release
from app.negotiations.views import NegotiationView

FORMS = ("csv", "xlsx", "json")


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """`url` is the page, `package` the frozen file, `matrix` the pinned view.

    `package` is null where it had to be taken down.
    """

    negotiation: str
    number: int
    title: str
    changelog: str
    as_of: date
    known_at: str
    revision: int
    sha256: str
    bytes: int
    created_at: str
    by: str
    url: str
    package: str | None
    matrix: str
    exports: dict[str, str]
    redacted_at: str | None
    redacted_for: str | None


def release_view(release: Release, slug: str) -> ReleaseView:
    """Return a release as the API answers it."""
    url = f"/n/{slug}/releases/{release.number}"
    pins = (
        f"?{urlencode({'as_of': release.as_of.isoformat(), 'known_at': instant(release.known_at)})}"
    )
    return ReleaseView(
        negotiation=slug,
        number=release.number,
        title=release.title,
        changelog=release.changelog,
        as_of=release.as_of,
        known_at=instant(release.known_at),
        revision=release.seq,
        sha256=release.sha256,
        bytes=release.size,
        created_at=instant(release.created_at),
        by=release.by,
        url=url,
        package=None if release.redacted_at else f"{url}.zip",
        matrix=f"/n/{slug}{pins}",
        exports={form: f"/n/{slug}/export.{form}{pins}" for form in FORMS},
        redacted_at=instant(release.redacted_at) if release.redacted_at else None,
        redacted_for=release.redacted_for,
    )


def cite_release(release: ReleaseView, negotiation: NegotiationView, *, base: str) -> Cite:
    """Cite a release by its own address; neither its page nor its package changes."""
    here = base + release.url
    work = CitedWork(
        key=f"parley-{release.negotiation}-release-{release.number}",
        kind="dataset",
        title=f"{negotiation.cited_title}: who wants what. {release.title}",
        url=here,
        authors=(US,),
        issued=release.created_at[:10],
        version=f"release {release.number}",
    )
    file = {
        "@type": "DataDownload",
        "encodingFormat": "application/zip",
        "contentUrl": f"{base}{release.package}",
        "contentSize": str(release.bytes),
        "sha256": release.sha256,
    }
    data = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": here,
        "url": here,
        "name": work.title,
        "description": release.changelog,
        "creator": {"@type": "Organization", "name": US},
        "license": negotiation.licence,
        "version": str(release.number),
        "datePublished": release.created_at,
        "temporalCoverage": f"../{release.as_of}",
        "isAccessibleForFree": True,
        "distribution": [file] if release.package else None,
    }
    return Cite(
        work, here, f"{release.url}/cite", "", {k: v for k, v in data.items() if v is not None}
    )
