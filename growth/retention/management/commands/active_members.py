from growth.reports.commanding import ReportCommand


class Command(ReportCommand):
    help = "Members active on each day, in 7 and in 30 days, and the ratios of these."
    kind = "active_members"
