"""Who has read which notification: people look into their inbox when they come by."""

from __future__ import annotations

from datetime import timedelta

from community.imports.stackexchange.work import Work

from .scene import Scene

NEW = timedelta(hours=36)  # nobody has looked at what is younger

_READ = """
UPDATE notifications_notification n SET read_at = v.at FROM (
SELECT n.id, min(visit.at) AS at FROM notifications_notification n JOIN visit ON visit.member = n.member_id
AND visit.at > n.created_at WHERE n.created_at < %(new_since)s GROUP BY n.id) v WHERE v.id = n.id
"""


def open_inboxes(scene: Scene, work: Work) -> None:
    """Notifications are read at the next visit, but for the newest."""
    work.make("visit", "member bigint, at timestamptz")
    with work.cursor.copy("COPY visit FROM STDIN") as copy:
        for name, visits in scene.visits.items():
            for at in visits:
                copy.write_row((scene.members[name].pk, at))
    work.parameters["new_since"] = scene.plan.end - NEW
    work.do(_READ)
