"""What is loaded at the start stays; the collector need not look at it again with every few hundred new objects."""

import gc


def settle() -> None:
    """Take all that is there now out of the collector's sight, and let it run less often.

    Half a million objects of libraries make each full collection cost 100 ms, and their pages would be copied in
    every forked worker. Source: the documentation of `gc.freeze`.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(25_000, 20, 100)
