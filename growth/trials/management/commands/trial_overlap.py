from growth.reports.commanding import ReportCommand


class Command(ReportCommand):
    help = "Which experiments share their people, and whether one changes another's effect."
    kind = "trial-overlap"
