"""What runs by the clock: the tasks of Celery's beat, in seconds or as crontab (UTC)."""

from celery.schedules import crontab

SCHEDULE: dict[str, dict[str, object]] = {
    "config.heartbeat": {"task": "config.heartbeat", "schedule": 10, "options": {"expires": 10}},
    "notifications.sweep": {"task": "notifications.sweep", "schedule": 10},
    "points.sweep_boards": {"task": "points.sweep_boards", "schedule": 10},
    "points.turn_day": {"task": "points.turn_day", "schedule": crontab(minute=0)},
    "api.clear_oauth": {"task": "api.clear_oauth", "schedule": crontab(minute=20, hour=4)},
    "forum.flush_views": {"task": "forum.flush_views", "schedule": 10},
    "api.sweep_answers": {"task": "api.sweep_answers", "schedule": crontab(minute=17)},
    "webhooks.sweep": {"task": "webhooks.sweep", "schedule": 2, "options": {"expires": 2}},
    "webhooks.clean": {"task": "webhooks.clean", "schedule": crontab(hour=3, minute=10)},
    "home.sweep": {"task": "home.sweep", "schedule": 60},
    "points.prove": {"task": "points.prove", "schedule": crontab(hour=4, minute=10)},
    "forum.reindex_tags": {"task": "forum.reindex_tags", "schedule": 60},
    "forum.sweep_drafts": {"task": "forum.sweep_drafts", "schedule": crontab(hour=3, minute=20)},
    "events.flush": {"task": "events.flush", "schedule": 1, "options": {"expires": 1}},
    "events.sweep_receipts": {"task": "events.sweep_receipts", "schedule": crontab(hour=3, minute=40)},
    "reports.sweep": {"task": "reports.sweep", "schedule": 10, "options": {"expires": 10}},
    "reports.segments": {"task": "reports.segments", "schedule": 60, "options": {"expires": 60}},
    "lake.seal": {"task": "lake.seal", "schedule": 60, "options": {"expires": 60}},
    "lake.compact": {"task": "lake.compact", "schedule": crontab(minute=7), "options": {"expires": 3600}},
    "lake.cool": {"task": "lake.cool", "schedule": crontab(hour=3, minute=30)},
    "flags.sweep": {"task": "flags.sweep", "schedule": 5, "options": {"expires": 5}},
    "flags.publish_all": {"task": "flags.publish_all", "schedule": crontab(minute=50), "options": {"expires": 3600}},
    "experiments.realise": {"task": "experiments.realise", "schedule": crontab(hour=5, minute=5)},
    "experiments.refresh": {"task": "experiments.refresh", "schedule": 600, "options": {"expires": 600}},
    "experiments.check_refresh": {"task": "experiments.check_refresh", "schedule": crontab(hour=4, minute=40)},
    "experiments.digest": {"task": "experiments.digest", "schedule": crontab(hour=7, minute=0)},
    "experiments.rollouts": {"task": "experiments.rollouts", "schedule": 60, "options": {"expires": 60}},
    "desk.sweep": {"task": "desk.sweep", "schedule": 30, "options": {"expires": 30}},
}
