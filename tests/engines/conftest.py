"""Spark as a cluster of two worker processes; ClickHouse in this process. What is not installed is skipped."""

import os

import pytest

from growth.retention.selfcheck import NEEDS, is_installed

os.environ["SPARK_WORKER_MEMORY"] = "1g"


@pytest.fixture(autouse=True)
def _cluster(settings):
    settings.SPARK_MASTER = "local-cluster[2,1,1024]"


@pytest.fixture(params=[engine for engine in NEEDS if engine != "duckdb"])
def engine(request):
    if not is_installed(request.param):
        pytest.skip(f"{NEEDS[request.param]} is not installed: uv sync --group engines")
    return request.param
