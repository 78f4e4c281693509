"""The whole community in a directory, and back: the database, the uploads, a manifest that proves both.

Redis is not in it: what it holds follows from the database and is rebuilt. docs/operations.md says how to use it.
"""

from config.backups.making import back_up
from config.backups.manifest import BackupError, Manifest
from config.backups.restoring import Differs, restore

__all__ = ["BackupError", "Differs", "Manifest", "back_up", "restore"]
