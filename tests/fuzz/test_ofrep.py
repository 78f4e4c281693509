"""What programs ask of flags, under requests that nobody would write by hand: as our description tells of it, and as
the schema of OFREP does. Run by `make test-fuzz`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from experiments import publishing, snapshot
from experiments.models import Environment
from experiments.serving import keys
from tests.experiments import rows

pytestmark = [pytest.mark.fuzz, pytest.mark.django_db(transaction=True)]
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "100"))
# A body without a context is taken for an empty one, as stock clients send it.
UNSAID = "positive_data_acceptance,negative_data_rejection,missing_required_header,ignored_auth"


@pytest.fixture
def secret() -> str:
    """Of an environment with flags of all kinds."""
    made = [
        rows.flag("static"),
        rows.flag("split", percent="50"),
        rows.flag("weight", kind="number", off_value=1.0, on_value=2.0),
        rows.flag("shape", kind="json", off_value={"a": 1}, on_value={"a": [2]}),
        rows.flag("copy", kind="string", off_value="a", on_value="b"),
    ]
    rows.rule(made[1], value=True, condition={"a": {"$gt": 1}, "b.c": {"$regex": "x+"}, "d": {"$vgt": "1.0"}})
    rows.rule(made[4], experiment=rows.experiment(values=("a", "b")), condition={"plan": {"$in": ["pro"]}})
    publishing.publish_all()
    snapshot.refresh()
    return keys.make(Environment.objects.get(), name="fuzz", kind="server", by=None)[1]


def fuzz(schema: str, url: str, secret: str) -> None:
    given = ["--url", url, "--exclude-checks", UNSAID, "--continue-on-failure", "--max-failures", "20", "--no-color"]
    given += ["--max-examples", str(EXAMPLES), "--generation-database", "none"]
    given += ["--header", f"Authorization: Bearer {secret}"]
    command = [sys.executable, "-m", "schemathesis.cli", "run", schema, *given]
    done = subprocess.run(command, cwd=settings.VAR_DIR, capture_output=True, text=True)
    sys.stdout.write(done.stdout)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]


def test_our_own_description_tells_all(live_server, secret):
    fuzz(f"{live_server.url}/ofrep/v1/openapi.json", live_server.url, secret)


def test_the_protocols_schema_holds(live_server, secret, reference, tmp_path):
    """Read as tests/experiments/serving/test_schema.py says; with 405 and a flag that is not there by any address."""
    path = reference / "conformance" / "ofrep" / "openapi.yaml"
    if not path.exists():
        pytest.skip(f"no schema of OFREP at {path}")
    fuzz(str(_meant(path, tmp_path)), live_server.url, secret)


def _meant(path: Path, folder: Path) -> Path:
    found: dict[str, Any] = yaml.safe_load(path.read_text())
    success = found["components"]["schemas"]["evaluationSuccess"]["allOf"]
    success[1]["anyOf"] = success[1].pop("oneOf")
    success[0]["properties"]["variant"]["type"] = ["string", "null"]
    for address in found["paths"].values():
        address["post"]["responses"]["405"] = {"description": "Another method."}
    meant = folder / "ofrep.json"
    meant.write_text(json.dumps(found, default=str))
    return meant
