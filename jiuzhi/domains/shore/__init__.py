"""治岸: shorelines."""
