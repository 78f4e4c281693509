"""Events from outside: read, checked, buffered and written once. From the browser to the row:

reading    a body's bytes to a Batch, times put right by the sender's clock
checking   one event to an Act, or why it is refused
seen       what a page's script says, tidied: paths, referrers, seconds
buffering  batches in Redis until the flush writes them; straight to the table while Redis is away
writing    batches to rows, each once, with the counts of what was done
"""
