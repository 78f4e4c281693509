from typing import Any

from growth.reports.commanding import ReportCommand


class Command(ReportCommand):
    help = "How many go on from step to step within a window of the first, and how long they take."
    kind = "funnel"

    def told(self, result: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
        """The trend for whoever asks for it."""
        return result if "trend" in given else {name: value for name, value in result.items() if name != "trend"}
