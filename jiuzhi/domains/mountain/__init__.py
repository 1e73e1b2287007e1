"""治山: protected areas, mines, species, forest."""
