import re

from django.conf import settings

from community.webhooks.kinds import OFFERED, TEST
from events.names import NAMES


def test_every_event_that_is_offered_is_documented_and_exists():
    rows = re.findall(r"^\| `(\w+)` \|", (settings.ROOT / "docs" / "webhooks.md").read_text(), re.MULTILINE)
    assert rows == [*OFFERED, TEST]
    assert set(OFFERED) <= set(NAMES)
