import re

from django.conf import settings


def test_every_setting_of_the_environment_is_documented():
    source = "".join((settings.ROOT / "config" / name).read_text() for name in ("settings.py", "gunicorn.py"))
    names = set(re.findall(r'(?:env_\w+|environ\.get)\("([A-Z_]+)"', source))
    documented = (settings.ROOT / "docs" / "operations.md").read_text()
    assert len(names) > 20
    assert [name for name in sorted(names) if f"`{name}`" not in documented] == []
