"""Why a member got a message, or did not: in words, from what its row says."""
