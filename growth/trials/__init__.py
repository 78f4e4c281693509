"""Questions about experiments that are computed when they are asked, as kinds of reports."""
