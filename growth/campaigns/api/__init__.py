"""Campaigns for programs of staff. Approving is not among it: a person does that, on the admin's page."""
