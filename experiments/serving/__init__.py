"""What programs ask of the flags: OFREP, and the payload that GrowthBook's clients read."""
