"""Visitors and a writer who do not stop while the site is hurt."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.chaos.stack import Stack
from tests.chaos.visitor import Visitor

_numbers = itertools.count(1)


class Traffic:
    """Every page asked for with its time and success, and every reply that the site said it had taken."""

    def __init__(self, stack: Stack, writer: Visitor, reply_to: str) -> None:
        self.stack, self.writer, self.reply_to = stack, writer, reply_to
        self.pages: list[tuple[float, bool]] = []
        self.taken: list[str] = []
        self.over = threading.Event()

    def read(self) -> None:
        answered = self.stack.answers("/")
        self.pages.append((time.monotonic(), answered))

    def write(self) -> None:
        body = f"Reply number {next(_numbers)}, written while things broke."
        if self.writer.post(self.reply_to, body=body)[0] == 302:
            self.taken.append(body)

    def down_after(self, moment: float) -> float:
        """Seconds from the moment until the last page that failed; 0 if none did."""
        return max((at - moment for at, answered in self.pages if at > moment and not answered), default=0.0)

    def repeat(self, act: Callable[[], None], pause: float) -> None:
        while not self.over.wait(pause):
            act()


@contextmanager
def traffic(stack: Stack, writer: Visitor, reply_to: str) -> Iterator[Traffic]:
    made = Traffic(stack, writer, reply_to)
    acts = [(made.read, 0.05), (made.read, 0.05), (made.write, 0.2)]
    threads = [threading.Thread(target=made.repeat, args=act) for act in acts]
    for thread in threads:
        thread.start()
    try:
        yield made
    finally:
        made.over.set()
        for thread in threads:
            thread.join()
