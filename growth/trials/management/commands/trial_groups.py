from growth.reports.commanding import ReportCommand


class Command(ReportCommand):
    help = "A metric of an experiment by what its units were: each group against its own control."
    kind = "trial-groups"
