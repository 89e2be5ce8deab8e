"""Addresses of the dashboard in Django."""

from django.urls import path

from dashboard import pages
from dashboard.api import Positions

urlpatterns = [
    path("matrix", pages.matrix),
    path("cells/<party>/<issue>", pages.cell),
    path("positions/<int:number>", pages.position),
    path("quotes/<int:number>", pages.quote),
    path("search", pages.search),
    path("export.csv", pages.export_csv),
    path("export.json", pages.export_json),
    path("api/positions", Positions.as_view()),
]
