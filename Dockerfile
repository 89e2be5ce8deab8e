# Parley as an image: `docker build -t parley .` The base can be any Debian with Python 3.11 or newer (--build-arg BASE=…).
ARG BASE=docker.io/library/python:3.13-slim-bookworm

FROM ${BASE} AS build
WORKDIR /srv/parley
COPY requirements.lock requirements-node.lock package.json package-lock.json pyproject.toml ./
COPY tools tools
RUN python3 -m venv /srv/venv \
 && /srv/venv/bin/pip install -qq --no-cache-dir --no-deps --only-binary :all: --require-hashes -r requirements.lock
RUN mkdir static && python3 tools/vendor.py && rm -rf node_modules
COPY . .
RUN /srv/venv/bin/pip install -qq --no-cache-dir --no-deps --no-build-isolation --no-index -e . \
 && /srv/venv/bin/python -m compileall -q app

FROM ${BASE}
COPY --from=build /srv /srv
WORKDIR /srv/parley
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
# A number, so that an engine can see that it is not root's; nothing under /srv belongs to it.
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=4s --start-period=60s --retries=3 \
  CMD ["/srv/venv/bin/python", "-m", "app.server.probe"]
ENTRYPOINT ["/srv/venv/bin/parley"]
CMD ["serve", "--host", "0.0.0.0"]
