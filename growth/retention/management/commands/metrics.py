from growth.reports.commanding import ReportCommand


class Command(ReportCommand):
    help = "Everyday metrics by day, week or month: --metric sessions,bounce_rate; all of them, unless given."
    kind = "metrics"
