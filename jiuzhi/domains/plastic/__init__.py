"""治塑: film and plastics."""
