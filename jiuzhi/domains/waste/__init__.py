"""治废: hazardous, general solid and medical waste, waste-free cells."""
