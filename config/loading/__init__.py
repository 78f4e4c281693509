"""Load for a site on this machine, by visitors who read and members who write; `manage.py loadtest` prints it."""

from config.loading.running import Refused, Wanted, run

__all__ = ["Refused", "Wanted", "run"]
