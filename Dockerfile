# One image for web, worker, beat and management commands. docs/operations.md and compose.yaml say how they run.
FROM python:3.12-slim-bookworm AS build
RUN pip install --no-cache-dir uv==0.13.8
WORKDIR /srv/flywheel
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --no-cache
COPY . .
RUN .venv/bin/python manage.py collectstatic --noinput --verbosity=0 && rm -f var/secret_key

FROM python:3.12-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /srv/flywheel flywheel
WORKDIR /srv/flywheel
COPY --from=build /srv/flywheel .
# Only var/ is written to. It lies in the image, since it holds the collected static files; four of its folders are volumes.
RUN mkdir -p var/media var/imports var/backups var/lake && chown -R flywheel:flywheel var
USER flywheel
ENV PATH=/srv/flywheel/.venv/bin:$PATH PYTHONUNBUFFERED=1 ADDRESS=0.0.0.0
EXPOSE 8000
CMD ["gunicorn", "--config=python:config.gunicorn"]
