"""Members' devices for apps and programs."""
