from growth.reports.commanding import ReportCommand


class Command(ReportCommand):
    help = "How many go on from step to step within a window of the first, and how long they take."
    kind = "funnel"
