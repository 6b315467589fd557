"""What Goodword is and decides."""
