"""Who has read which notification: people look into their inbox when they come by."""

from __future__ import annotations

from community.imports.core.work import Work

from .scene import Scene

NEW = 3  # so many of each member's notifications nobody has looked at

_READ = f"""
UPDATE notifications_notification n SET read_at = v.at FROM (
SELECT n.id, min(visit.at) AS at FROM (SELECT *, row_number() OVER (PARTITION BY member_id ORDER BY id DESC) AS nth
FROM notifications_notification) n JOIN visit ON visit.member = n.member_id AND visit.at > n.created_at
WHERE n.nth > {NEW} GROUP BY n.id) v WHERE v.id = n.id
"""  # noqa: S608 (our own text)


def open_inboxes(scene: Scene, work: Work) -> None:
    """Notifications are read at the next visit, but for the newest."""
    work.make("visit", "member bigint, at timestamptz")
    with work.cursor.copy("COPY visit FROM STDIN") as copy:
        for name, visits in scene.visits.items():
            for at in visits:
                copy.write_row((scene.members[name].pk, at))
    work.do(_READ)
