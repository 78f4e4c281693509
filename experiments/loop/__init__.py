"""The loop: an idea, with its evidence, becomes a hypothesis, an experiment, an insight, and the next idea."""
