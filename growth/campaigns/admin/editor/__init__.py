"""The form of a campaign: whom it reaches, when, with what, and by what it is judged."""
