"""The API of the dashboard in Django REST framework."""

from typing import Any

from django.db import models, transaction
from rest_framework import generics, pagination, serializers

from dashboard.models import Issue, Party, Position, Quote, Source, Speaker


class QuoteOut(serializers.ModelSerializer):
    source = serializers.CharField(source="source.url", read_only=True)
    source_id = serializers.PrimaryKeyRelatedField(
        source="source", queryset=Source.objects, write_only=True
    )
    speaker = serializers.CharField(source="speaker.name", read_only=True)
    speaker_id = serializers.PrimaryKeyRelatedField(
        source="speaker", queryset=Speaker.objects, write_only=True
    )

    class Meta:
        model = Quote
        fields = [
            "id", "exact", "prefix", "suffix", "kind", "source", "source_id", "speaker",
            "speaker_id",
        ]  # fmt: skip


class PositionOut(serializers.ModelSerializer):
    party = serializers.SlugRelatedField("slug", queryset=Party.objects)
    issue = serializers.SlugRelatedField("slug", queryset=Issue.objects)
    option_label = serializers.CharField(source="option.label", read_only=True)
    quotes = QuoteOut(many=True)

    class Meta:
        model = Position
        fields = [
            "id", "party", "issue", "option", "option_label", "firmness", "summary", "stated_on",
            "quotes",
        ]  # fmt: skip

    def create(self, values: dict[str, Any]) -> Position:
        quotes = values.pop("quotes")
        with transaction.atomic():
            made = Position.objects.create(**values)
            Quote.objects.bulk_create(Quote(position=made, **q) for q in quotes)
        return made


class ByDate(pagination.CursorPagination):
    page_size, ordering = 100, ("-stated_on", "-id")


class Positions(generics.ListCreateAPIView):
    serializer_class, pagination_class = PositionOut, ByDate

    def get_queryset(self) -> models.QuerySet:
        quotes = Quote.objects.select_related("source", "speaker").order_by("id")
        found = Position.objects.select_related("party", "issue", "option").prefetch_related(
            models.Prefetch("quotes", quotes)
        )
        if party := self.request.GET.get("party"):
            found = found.filter(party__slug=party)
        if since := self.request.GET.get("since"):
            found = found.filter(stated_on__gte=since)
        return found
