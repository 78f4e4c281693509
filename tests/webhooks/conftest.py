from collections.abc import Callable, Iterator

import pytest

from community.webhooks.kinds import OFFERED
from community.webhooks.models import Endpoint
from tests.webhooks.receiver import Receiver, receiving


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    """A receiver on this machine, which the operator allows."""
    with receiving() as receiver:
        settings.WEBHOOK_ALLOWED_HOSTS = [receiver.host]
        yield receiver


@pytest.fixture
def endpoint_at(admin) -> Callable[..., Endpoint]:
    def make(url: str = "https://example.org/hook", **fields: object) -> Endpoint:
        given = {"name": "Chat", "names": list(OFFERED), "owner": admin, **fields}
        return Endpoint.objects.create(url=url, **given)

    return make


@pytest.fixture
def endpoint(endpoint_at, receiver) -> Endpoint:
    """One that wants everything visitors may see, at the receiver."""
    return endpoint_at(receiver.url)
