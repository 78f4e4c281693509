"""From a row that is due to one that has ended: claimed, checked, sent, settled; and what puts it right when killed.

A round has three transactions, none of which is open while a provider thinks:

1. `claiming`, `checking`: take rows that are due, decide each; those that may go are leased.
2. `trying`: write down each request that will be made, with its idempotency key. Then `sending` makes them.
3. `settling`: what came of it, where the lease is still ours.

Whoever is killed in between leaves leases that end; `reaping` says what becomes of them.
"""
