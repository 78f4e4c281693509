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
OURS = ("migrate", "web", "worker", "beat")


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


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
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
    users = re.findall(r"^USER (\S+)$", (settings.ROOT / "Dockerfile").read_text(), re.MULTILINE)
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
        plain = {key for key, value in SERVICES[name]["environment"].items() if "${" not in value}
        assert plain <= {"REDIS_URL", "WORKER_METRICS_PORT"}


def test_what_it_hands_on_are_settings_of_ours():
    known = (settings.ROOT / "docs" / "operations.md").read_text()
    handed = {name for service in OURS for name in SERVICES[service]["environment"]}
    asked = set(re.findall(r"\$\{([A-Z_]+)", TEXT))
    assert [name for name in sorted(handed | asked) if f"`{name}`" not in known] == []


def test_what_must_last_is_on_volumes():
    volumes = {volume.partition(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert volumes == set(COMPOSE["volumes"])
    assert SERVICES["web"]["volumes"] == SERVICES["worker"]["volumes"] == ["media:/srv/flywheel/var/media"]
