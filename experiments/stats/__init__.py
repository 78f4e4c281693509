"""What an experiment's numbers say: pure functions over sufficient statistics, each with its source."""
