"""治城: noise, catering fumes."""
