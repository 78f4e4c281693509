"""The embedded PostgreSQL and Redis: where they are (pure, for settings) and how they start and stop.

Importing this package starts nothing and imports no Django. Only the service commands, the demo and the tests
call `ensure`. `docs/operations.md` says where the files lie.
"""

from pathlib import Path

from config.services import postgres, redis
from config.services.files import ServiceError, locked

__all__ = ["ServiceError", "ensure", "postgres_settings", "redis_socket", "status", "stop"]

postgres_settings = postgres.connection_settings
redis_socket = redis.socket_path

SERVERS = {"postgres": postgres, "redis": redis}


def ensure(var_dir: Path, names: tuple[str, ...] = tuple(SERVERS)) -> list[str]:
    """Start those of the named servers that are not alive; the names of those started, once they answer.

    Safe from many processes at once: the first starts, the others wait for its lock and find them running.
    """
    with locked(var_dir):
        dead = [name for name in names if not SERVERS[name].is_alive(var_dir)]
        for name in dead:
            SERVERS[name].start(var_dir)
    return dead


def stop(var_dir: Path, names: tuple[str, ...] = tuple(SERVERS)) -> list[str]:
    """Stop those of the named servers that are alive, and return their names."""
    with locked(var_dir):
        alive = [name for name in names if SERVERS[name].is_alive(var_dir)]
        for name in alive:
            SERVERS[name].stop(var_dir)
    return alive


def status(var_dir: Path) -> dict[str, bool]:
    """Whether each embedded server is alive."""
    return {name: server.is_alive(var_dir) for name, server in SERVERS.items()}
