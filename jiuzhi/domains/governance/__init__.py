"""治理体系: permits and projects."""
