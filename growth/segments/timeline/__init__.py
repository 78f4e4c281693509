"""What one member or visitor did, in order."""
