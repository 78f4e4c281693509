"""Work on the lake in a process that is killed with -9 after a step, which is the path of a function.

python -m tests.chaos.dying events.lake.background.seal events.lake.store.place
"""

import os
import signal
import sys
from pkgutil import resolve_name

import django


def main(work: str, step: str) -> None:
    django.setup()
    where, _, name = step.rpartition(".")
    owner, original = resolve_name(where), resolve_name(step)

    def last(*arguments: object, **options: object) -> None:
        original(*arguments, **options)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, last)
    resolve_name(work)()


if __name__ == "__main__":
    main(*sys.argv[1:])
