"""Planning campaigns: making them, what is done to them, whom they reach when, and with which variation."""
