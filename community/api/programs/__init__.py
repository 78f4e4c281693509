"""The pages where a member sees to programs: their tokens, applications they let in, applications of their own."""
