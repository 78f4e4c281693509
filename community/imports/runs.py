"""An import as a worker does it for an admin."""

from __future__ import annotations

from pathlib import Path

from community.desk import running
from community.desk.running import Line
from community.imports import folders
from community.imports.core.running import Refused
from community.imports.discourse.importing import import_backup
from community.imports.discourse.opening import DumpError as BackupError
from community.imports.models import ImportRun
from community.imports.stackexchange.importing import import_dump
from community.imports.stackexchange.reading import DumpError
from community.points.boards import publishing

SOURCE_MAX = 60


def work(pk: int) -> None:
    running.work(ImportRun, pk, _do, faults=(DumpError, BackupError, Refused))


def _do(run: ImportRun, line: Line) -> None:
    """Again after a worker's death is safe: the import is one transaction, and what has come before stays as it is."""

    def checking(what: str, rows: int = 0, *, total: int | None = None) -> None:
        line(f"1/2 {what}", rows)

    def importing(what: str, rows: int = 0, *, total: int | None = None) -> None:
        if total is not None:
            line.restart()
        line(f"2/2 {what}", rows, total=total)

    origin = _origin(run)
    bring = import_dump if origin.is_dir() else import_backup
    outcome = bring(
        origin,
        source=(run.source or run.folder)[:SOURCE_MAX],
        rules=run.rules.name if run.rules else None,
        category=run.category or None,
        checking=checking,
        importing=importing,
    )
    publishing.rebuild()
    run.result = {"created": outcome.created, "skipped": outcome.skipped, "rows": outcome.rows}
    run.save(update_fields=["result"])


def _origin(run: ImportRun) -> Path:
    try:
        return folders.path_of(run.folder)
    except FileNotFoundError:
        raise Refused(f"{run.folder} is not there any more") from None
