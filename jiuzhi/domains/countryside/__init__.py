"""治乡: villages and livestock."""
