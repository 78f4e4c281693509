"""Typed readers of the environment that refuse a bad value loudly."""

import os
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit
from zoneinfo import available_timezones

from django.core.exceptions import ImproperlyConfigured


class Refused(SystemExit, ImproperlyConfigured):
    """A bad setting. Whatever program reads it ends with this line alone, not with a page of where it was read."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Flywheel does not start: {reason}")


def env_text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def env_bool(name: str, default: bool = False) -> bool:
    value = env_text(name).lower()
    if value in ("", "1", "0", "true", "false", "yes", "no"):
        return default if value == "" else value in ("1", "true", "yes")
    raise Refused(f"{name} must be true or false, not {value!r}")


def env_int(name: str, default: int) -> int:
    value = env_text(name)
    try:
        return int(value) if value else default
    except ValueError as error:
        raise Refused(f"{name} must be a whole number, not {value!r}") from error


def env_choice(name: str, default: str, *, choices: tuple[str, ...]) -> str:
    value = env_text(name) or default
    if value not in choices:
        raise Refused(f"{name} must be one of {', '.join(choices)}, not {value!r}")
    return value


def env_zone(name: str, default: str) -> str:
    value = env_text(name) or default
    if value not in available_timezones():
        raise Refused(f"{name} must be a time zone like Europe/Berlin, not {value!r}")
    return value


def env_list(name: str, default: str = "") -> list[str]:
    return [item.strip() for item in env_text(name, default).split(",") if item.strip()]


def env_path(name: str, default: Path) -> Path:
    return Path(env_text(name) or default).expanduser().resolve()


def env_url(name: str, default: str = "", *, schemes: tuple[str, ...]) -> str:
    """An address of one of the schemes, with a host unless it names a unix socket."""
    value = env_text(name, default)
    if not value:
        return value
    parts = urlsplit(value)
    if parts.scheme not in schemes or not (parts.hostname or parts.scheme == "unix") or not _has_fair_port(parts):
        raise Refused(f"{name} must look like {schemes[0]}://host")  # its value may hold a password
    return value


def _has_fair_port(parts: SplitResult) -> bool:
    try:
        return parts.port != 0
    except ValueError:
        return False


def database_from_url(url: str) -> dict[str, object]:
    """Django's connection settings of a `postgresql://user:password@host:port/name?sslmode=require` URL; see libpq."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql") or len(parts.path) < 2 or not _has_fair_port(parts):
        raise Refused("DATABASE_URL must look like postgresql://user:password@host:5432/name")
    return {
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or 5432),
        "OPTIONS": dict(parse_qsl(parts.query)),
    }
