from growth.reports.commanding import ReportCommand


class Command(ReportCommand):
    help = "Who of the active is new, stays or comes back, and who went, by day, week or month."
    kind = "lifecycle"
