"""Web processes do without the engine: it is half a second and a hundred megabytes."""

import subprocess
import sys

import pytest

SCRIPT = """
import sys, django
django.setup()
from django.urls import get_resolver
get_resolver().url_patterns
import growth.reports.api, growth.reports.boards, growth.reports.listing, growth.reports.saving, growth.reports.admin
import growth.reports.sweeping, growth.reports.running, growth.reports.templatetags.reports
print(sorted({"ibis", "duckdb", "pyarrow", "numpy", "scipy"} & set(sys.modules)))
"""


@pytest.mark.slow
def test_no_module_that_the_web_imports_brings_the_engine():
    found = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)  # noqa: S603
    assert found.stdout.strip() == "[]"
