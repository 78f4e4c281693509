"""What commands share that third parties call: whatever is wrong is one line on stderr and exit 2."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser


class PlainCommand(BaseCommand):
    """argparse tells of a bad option below a page of usage; here it is the one line, as of any other bad input."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        if parser.called_from_command_line:
            parser.error = lambda message: parser.exit(2, f"{message}\n")  # type: ignore[method-assign]
        return parser
