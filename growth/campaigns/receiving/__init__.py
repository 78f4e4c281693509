"""What providers and mail servers tell of messages afterwards: proved, brought into one form, and each once."""
