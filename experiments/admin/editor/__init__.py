"""The pages on which experiments are listed, set up and acted on."""
