"""Discourse, from its own backup: the dump that `pg_dump` writes, alone or in the archive with the uploads."""
