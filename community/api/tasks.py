from celery import shared_task
from oauth2_provider.models import clear_expired

from community.api import idempotency


@shared_task(name="api.sweep_answers")
def sweep_answers() -> None:
    """Forget answers that nobody can ask for again by their Idempotency-Key."""
    idempotency.sweep()


@shared_task(name="api.clear_oauth")
def clear_oauth() -> None:
    """Delete codes and tokens of OAuth that have had their day; a revoked refresh token stays for its 90 days."""
    clear_expired()
