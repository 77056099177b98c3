"""What only the tests use; the names of what they share with scripts/ are tally's."""
