"""Leaderboards: who has how many points in a day, week, month, year or ever, on the site, in a category or a tag."""
