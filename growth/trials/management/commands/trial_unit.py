from growth.reports.commanding import ReportCommand


class Command(ReportCommand):
    help = "One unit's way from the payload of flags to the results of an experiment."
    kind = "trial-unit"
