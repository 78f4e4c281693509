"""What is done to experiments, one verb a module: draft → running → stopped → archived.

Each verb is one transaction, locks the experiment first and then its flag, writes an ExperimentChange and refuses by
ValidationError, whose keys are the names of its arguments or of the experiment's fields.
"""
