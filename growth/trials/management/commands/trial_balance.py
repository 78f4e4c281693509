from growth.reports.commanding import ReportCommand


class Command(ReportCommand):
    help = "Where and since when the arms of an experiment do not have the units that they should."
    kind = "trial-balance"
