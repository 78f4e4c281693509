from growth.reports.commanding import ReportCommand


class Command(ReportCommand):
    help = "How healthy the data is: volumes against their bands, what was refused, late or double, the lake's lag."
    kind = "quality"
