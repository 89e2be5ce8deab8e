"""Settings of the dashboard in Django."""

import os
import secrets

from psycopg.conninfo import conninfo_to_dict

from dashboard.templates import TEMPLATES as PAGES

_database = conninfo_to_dict(os.environ["DATABASE_URL"])

DEBUG = False
SECRET_KEY = secrets.token_urlsafe()  # nobody signs in to it
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "dashboard.urls"
USE_TZ = True
LOGGING_CONFIG = None
INSTALLED_APPS = ["django.contrib.postgres", "rest_framework", "dashboard"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _database["dbname"],
        "USER": _database.get("user", ""),
        "PASSWORD": _database.get("password", ""),
        "HOST": _database.get("host", ""),
        "PORT": _database.get("port", ""),
        "CONN_MAX_AGE": None,
    }
}
_loader = ("django.template.loaders.locmem.Loader", PAGES)
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {"loaders": [("django.template.loaders.cached.Loader", [_loader])]},
    }
]
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
