from growth.reports.commanding import ReportCommand


class Command(ReportCommand):
    help = "Who comes back after they started, by the period in which they started."
    kind = "retention"
