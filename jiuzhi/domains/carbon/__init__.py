"""绿色低碳: clean energy and charging."""
