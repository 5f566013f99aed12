"""What the hub does, one file a use case: plain functions `fn(tx, ...)` that the store runs as one transaction.

Order of row locks, the same everywhere, so that two transactions never wait for each other in a ring: thread, then
interaction, then offer or outbox or message, then case, then agent. Routing and the outbox work across threads and
therefore skip rows that somebody else has locked.
"""
