"""What a server took: every message once, or twice, or again under the key that replaces the first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO


@dataclass
class Ledger:
    """With a file, what was taken outlives the process: a line for each, written before it is answered."""

    path: Path | None = None
    messages: Counter[tuple[str, str]] = field(default_factory=Counter)  # by (collapse key, message id)
    shown: list[Any] = field(default_factory=list)  # the last ones, as they were understood
    refused: Counter[str] = field(default_factory=Counter)
    _file: TextIO | None = None

    def __post_init__(self) -> None:
        if self.path:
            lines = self.path.read_text().splitlines() if self.path.exists() else []
            self.messages.update((key, message) for key, message in (line.split("\t") for line in lines))
            self._file = self.path.open("a", buffering=1)

    def take(self, collapse_key: str, message_id: str, shown: Any = None) -> None:
        self.messages[collapse_key, message_id] += 1
        self.shown = [*self.shown[-99:], shown] if len(self.shown) < 200 else self.shown[-100:]
        if self._file:
            self._file.write(f"{collapse_key}\t{message_id}\n")

    def refuse(self, why: str) -> None:
        self.refused[why] += 1

    def seen(self) -> dict[str, Any]:
        """doubled: requests beyond the first for a message that nothing replaces; replaced: that a key does."""
        again = {key: n - 1 for key, n in self.messages.items() if n > 1}
        return {
            "accepted": self.messages.total(),
            "messages": len(self.messages),
            "doubled": sum(n for (key, _message), n in again.items() if not key),
            "replaced": sum(n for (key, _message), n in again.items() if key),
            "refused": dict(self.refused),
        }
