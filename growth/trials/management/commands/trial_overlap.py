from growth.reports.commanding import ReportCommand


class Command(ReportCommand):
    kind = "trial-overlap"
