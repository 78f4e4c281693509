"""A flush of events that kills itself with -9 at the step that is named: `python -m tests.chaos.flusher STEP`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django

STEPS = ("read", "received", "copied", "counted", "committed", "half taken off", "none")


def die(*_args: object, **_kwargs: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def after(act: Callable[..., Any]) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> None:
        act(*args, **kwargs)
        die()

    return run


def main(step: str) -> None:
    django.setup()
    from events.collecting import buffering, writing

    if step == "read":
        buffering.unpack = die  # type: ignore[assignment]
    elif step == "received":
        writing.copy = die  # type: ignore[assignment]
    elif step == "copied":
        writing.copy = after(writing.copy)
    elif step == "counted":
        writing.write = after(writing.write)
    elif step == "committed":
        buffering._take_off = die  # type: ignore[assignment]
    elif step == "half taken off":
        take_off = buffering._take_off
        buffering._take_off = after(lambda packed: take_off(packed[: len(packed) // 2]))
    buffering.flush()


if __name__ == "__main__":
    main(sys.argv[1])
