"""Tables of the bench as Django's models."""

from django.db import models


def to(target: type[models.Model], **more: str) -> models.ForeignKey:
    return models.ForeignKey(target, models.DO_NOTHING, **more)


class Party(models.Model):
    slug, name = models.TextField(), models.TextField()

    class Meta:
        managed, db_table = False, "party"


class Issue(models.Model):
    slug, title = models.TextField(), models.TextField()

    class Meta:
        managed, db_table = False, "issue"


class Option(models.Model):
    issue, rank = to(Issue), models.IntegerField()
    slug, label = models.TextField(), models.TextField()

    class Meta:
        managed, db_table = False, "option"


class Source(models.Model):
    url, title, publisher = models.TextField(), models.TextField(), models.TextField()
    published_on = models.DateField()

    class Meta:
        managed, db_table = False, "source"


class Speaker(models.Model):
    party = to(Party)
    name, office = models.TextField(), models.TextField()

    class Meta:
        managed, db_table = False, "speaker"


class Position(models.Model):
    party, issue, option = to(Party), to(Issue), to(Option)
    firmness, summary = models.TextField(), models.TextField()
    stated_on = models.DateField()

    class Meta:
        managed, db_table = False, "position"


class Quote(models.Model):
    position = to(Position, related_name="quotes")
    source, speaker = to(Source), to(Speaker)
    exact, prefix, suffix = models.TextField(), models.TextField(), models.TextField()
    kind = models.TextField()

    class Meta:
        managed, db_table = False, "quote"
