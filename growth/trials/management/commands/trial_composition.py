from growth.reports.commanding import ReportCommand


class Command(ReportCommand):
    help = "Who the units of an experiment are, beside all who were active meanwhile."
    kind = "trial-composition"
