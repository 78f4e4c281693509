from tests.webhooks.conftest import endpoint_at, receiver

__all__ = ["endpoint_at", "receiver"]
