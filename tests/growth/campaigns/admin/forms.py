"""What a browser sends of the campaign's form."""

from __future__ import annotations

from collections.abc import Sequence

from growth.campaigns.models import SubscriptionTopic

Arm = dict[str, str]
TWO: tuple[Arm, ...] = (
    {"key": "plain", "name": "Plain", "title_en": "Hello", "body_en": "Come and see."},
    {"key": "warm", "name": "Warm", "title_en": "Good to see you", "title_zh-hans": "很高兴见到你"},
)


def filled(*, arms: Sequence[Arm] = TWO, channels: Sequence[str] = ("webpush",), **given: object) -> dict[str, object]:
    sent: dict[str, object] = {
        **{"name": "Spring", "key": "spring", "kind": "broadcast", "priority": "2", "policy": "prefer-duplicate"},
        **{"topic": str(SubscriptionTopic.objects.get(key="news").pk), "segment": "", "source": "", "per_second": ""},
        **{"starts_at": "", "ends_at": "", "repeat": "", "expires_after": "24", "expires_after_unit": "hours"},
        **{"trigger": "", "trigger_event": "", "delay": "0", "delay_unit": "minutes", "reentry": "never"},
        **{"coverage": "100", "holdout": "10", "allotment": "fixed", "factors": "", "goal": "", "act": "save"},
        **{f"channels_{n}": channel for n, channel in enumerate(channels)},
        **{"variations-TOTAL_FORMS": str(len(arms)), "variations-INITIAL_FORMS": "0"},
    }
    for n, arm in enumerate(arms):
        row = {"weight": "1", "url": "/", "levels": "{}", **arm}
        sent |= {f"variations-{n}-{name}": value for name, value in row.items()}
    return sent | given
