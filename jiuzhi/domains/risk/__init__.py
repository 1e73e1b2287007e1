"""风险防控: geohazards, environmental risk, radiation, supplies."""
