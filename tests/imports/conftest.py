import pytest

from tests.imports.dumps import Dump


@pytest.fixture
def dump(tmp_path) -> Dump:
    """An empty dump called `site` with the site's own user in it."""
    made = Dump(tmp_path / "site")
    made.user("Community", Id=-1)
    return made
