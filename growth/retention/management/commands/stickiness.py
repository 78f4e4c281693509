from growth.reports.commanding import ReportCommand


class Command(ReportCommand):
    help = "In how many days, weeks or months of a range members were active."
    kind = "stickiness"
