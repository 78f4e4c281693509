"""Import of a Stack Exchange data dump: a real community with its history, at its true times. See docs/import.md."""
