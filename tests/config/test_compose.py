"""compose.yaml against the Compose Specification's schema: docker itself is not needed, nor run.

compose-spec.json is github.com/compose-spec/compose-spec, schema/compose-spec.json, Apache-2.0.
"""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml
from django.conf import settings

SCHEMA = json.loads(Path(__file__).with_name("compose-spec.json").read_text())
TEXT = (settings.ROOT / "compose.yaml").read_text()
COMPOSE = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
DOCKERFILE = (settings.ROOT / "Dockerfile").read_text()
# Decided by the image and compose.yaml: where servers and files are within. Containers are never for debugging.
WITHIN = {"VAR_DIR", "IMPORTS_DIR", "DATABASE_URL", "REDIS_URL", "ADDRESS", "PORT", "WORKER_METRICS_PORT", "DEBUG"}
OURS = ("migrate", "web", "worker", "analyst", "sender", "beat")


def test_it_is_what_compose_reads():
    jsonschema.Draft7Validator(SCHEMA).validate(COMPOSE)


def test_the_schema_finds_a_fault():
    broken = COMPOSE | {"services": SERVICES | {"web": SERVICES["web"] | {"command": {"no": "command"}}}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(SCHEMA).validate(broken)


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "migrate"])
def test_every_service_that_stays_says_how_it_is(name):
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", ["web", "worker", "analyst", "sender", "beat"])
def test_nothing_of_ours_starts_before_the_migrations_are_through(name):
    waits = {service: told["condition"] for service, told in SERVICES[name]["depends_on"].items()}
    assert waits == {
        "migrate": "service_completed_successfully",
        "postgres": "service_healthy",
        "redis": "service_healthy",
    }
    assert SERVICES["migrate"]["command"] == ["python", "manage.py", "migrate"]
    assert SERVICES["migrate"]["restart"] == "no"


def test_nothing_of_ours_runs_as_root():
    users = re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)
    assert users == ["flywheel"]
    for name in OURS:
        assert "user" not in SERVICES[name]
        assert SERVICES[name]["cap_drop"] == ["ALL"]


def test_secrets_come_from_the_environment_and_must_be_given():
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "SITE_URL"):
        uses = re.findall(rf"\$\{{{name}\b(\W*)", TEXT)
        assert uses
        assert set(uses) == {":?"}
    for name in OURS:
        plain = {key for key, value in SERVICES[name]["environment"].items() if value and "${" not in value}
        assert plain <= {"REDIS_URL", "WORKER_METRICS_PORT"}


def test_what_it_hands_on_are_settings_of_ours():
    known = (settings.ROOT / "docs" / "operations.md").read_text()
    handed = {name for service in OURS for name in SERVICES[service]["environment"]}
    asked = set(re.findall(r"\$\{([A-Z_]+)", TEXT))
    assert [name for name in sorted(handed | asked) if f"`{name}`" not in known] == []


def test_every_documented_setting_reaches_the_containers():
    table = (settings.ROOT / "docs" / "operations.md").read_text().partition("\n## Settings\n")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)
    documented = {name for cell in cells for name in re.findall(r"`([A-Z0-9_]+)`", cell)}
    assert len(documented) > 40
    assert documented - WITHIN - set(SERVICES["web"]["environment"]) == set()
    assert documented - WITHIN - set(SERVICES["worker"]["environment"]) == {"WEB_WORKERS"}


def test_what_must_last_is_on_volumes():
    volumes = {volume.partition(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert volumes == set(COMPOSE["volumes"])
    ours = [f"{name}:/srv/flywheel/var/{name}" for name in ("media", "imports", "backups", "lake")]
    assert SERVICES["web"]["volumes"] == SERVICES["worker"]["volumes"] == SERVICES["analyst"]["volumes"] == ours
    assert SERVICES["sender"]["volumes"] == ours
    for name in ("media", "imports", "backups", "lake"):  # a volume has the owner that the image's folder has
        assert f"var/{name} " in DOCKERFILE


def test_a_stranger_does_not_choose_the_id_in_the_log():
    command = SERVICES["front"]["command"]
    assert command[command.index("--header-up") + 1] == "X-Request-ID: {http.request.uuid}"
