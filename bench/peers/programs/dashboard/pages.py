"""Pages and exports of the dashboard in Django."""

import csv
from collections.abc import Iterator

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVectorField
from django.db import models
from django.db.models.expressions import Func
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from rest_framework.renderers import JSONRenderer

from dashboard.api import PositionOut
from dashboard.models import Issue, Party, Position, Quote

CELL = ("party_id", "issue_id")
BLOCK = 500
COLUMNS = (
    "id", "party__slug", "issue__slug", "option__slug", "firmness", "summary", "stated_on",
    "quotes__exact", "quotes__prefix", "quotes__suffix", "quotes__kind", "quotes__source__url",
    "quotes__speaker__name",
)  # fmt: skip


class TsVector(Func):
    """The stored column, which is otherwise not read in every SELECT."""

    template, output_field, arity = '"%(table)s".tsv', SearchVectorField(), 0


class Echo:
    def write(self, value: str) -> str:
        return value


def matrix(request: HttpRequest) -> HttpResponse:
    parties, issues = list(Party.objects.order_by("id")), list(Issue.objects.order_by("id"))
    newest = Position.objects.order_by(*CELL, "-stated_on", "-id").distinct(*CELL)
    current = {(p.party_id, p.issue_id): p for p in newest.select_related("option")}
    rows = [(i, [(p, current.get((p.id, i.id))) for p in parties]) for i in issues]
    shown = {"title": "Benchmark negotiation", "parties": parties, "rows": rows}
    return render(request, "matrix.html", shown)


def with_quotes() -> models.QuerySet:
    quotes = Quote.objects.select_related("source", "speaker").order_by("id")
    return Position.objects.select_related("option").prefetch_related(
        models.Prefetch("quotes", quotes)
    )


def cell(request: HttpRequest, party: str, issue: str) -> HttpResponse:
    column, row = get_object_or_404(Party, slug=party), get_object_or_404(Issue, slug=issue)
    found = with_quotes().filter(party=column, issue=row).order_by("-stated_on", "-id")
    shown = {"title": f"{column.name}: {row.title}", "positions": found}
    return render(request, "positions.html", shown)


def position(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(with_quotes().select_related("party", "issue", "option"), id=number)
    shown = {"title": f"{found.party.name}: {found.issue.title}", "positions": [found]}
    return render(request, "positions.html", shown)


def quote(request: HttpRequest, number: int) -> HttpResponse:
    quotes = Quote.objects.select_related("source", "speaker", "position__party", "position__issue")
    found = get_object_or_404(quotes, id=number)
    title = f"{found.position.party.name}: {found.position.issue.title}"
    return render(request, "quote.html", {"title": title, "q": found})


def search(request: HttpRequest) -> HttpResponse:
    query = SearchQuery(request.GET.get("q", ""), config="english", search_type="websearch")

    def best(model: type[models.Model], *related: str) -> models.QuerySet:
        vector = TsVector(table=model._meta.db_table)
        found = model.objects.alias(vector=vector).filter(vector=query)
        ranked = found.alias(rank=SearchRank(vector, query)).order_by("-rank", "-id")
        return ranked.select_related(*related)[:20]

    shown = {
        "title": "Search",
        "positions": best(Position, "party", "issue"),
        "quotes": best(Quote, "position__party", "position__issue", "speaker"),
    }
    return render(request, "search.html", shown)


def export_csv(_request: HttpRequest) -> StreamingHttpResponse:
    line = csv.writer(Echo()).writerow

    def lines() -> Iterator[str]:
        yield line(COLUMNS)
        block = []
        rows = Position.objects.order_by("id", "quotes__id").values_list(*COLUMNS)
        for row in rows.iterator(chunk_size=2_000):
            block.append(line(row))
            if len(block) == BLOCK:
                yield "".join(block)
                block.clear()
        yield "".join(block)

    return StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")


def export_json(_request: HttpRequest) -> StreamingHttpResponse:
    render_json, serializer = JSONRenderer().render, PositionOut()

    def pieces() -> Iterator[bytes]:
        before = b"["
        found = with_quotes().select_related("party", "issue", "option").order_by("id")
        for one in found.iterator(chunk_size=2_000):
            yield before + render_json(serializer.to_representation(one))
            before = b",\n"
        yield b"]"

    return StreamingHttpResponse(pieces(), content_type="application/json")
