"""What every import shares: a community's past in temporary tables (staged.py), and from there into ours."""
