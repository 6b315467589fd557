"""What Goodword remembers."""
