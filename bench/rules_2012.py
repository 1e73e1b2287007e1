"""HJ 633-2012 table 1 as a person would write it into a script: what the peers are built from, not the product."""

POLLUTANTS = ("SO2", "NO2", "CO", "O3", "PM10", "PM2.5")
COLUMN = {"SO2": "so2", "NO2": "no2", "CO": "co", "O3": "o3", "PM10": "pm10", "PM2.5": "pm25"}
# HJ 633-2012 table 1, CO in 0.1 mg/m³, as a person would write them into a query.
INDEX = (0, 50, 100, 150, 200, 300, 400, 500)
HOURLY = {
    "SO2": (0, 150, 500, 650, 800), "NO2": (0, 100, 200, 700, 1200, 2340, 3090, 3840),
    "CO": (0, 50, 100, 350, 600, 900, 1200, 1500), "O3": (0, 160, 200, 300, 400, 800, 1000, 1200),
    "PM10": (0, 50, 150, 250, 350, 420, 500, 600), "PM2.5": (0, 35, 75, 115, 150, 250, 350, 500),
}  # fmt: skip
DAILY = HOURLY | {
    "SO2": (0, 50, 150, 475, 800, 1600, 2100, 2620), "NO2": (0, 40, 80, 180, 280, 565, 750, 940),
    "CO": (0, 20, 40, 140, 240, 360, 480, 600), "O3": (0, 100, 160, 215, 265, 800),
}  # fmt: skip
LEVELS = (50, 100, 150, 200, 300)
PERCENTILES = {"SO2": 98, "NO2": 98, "CO": 95, "O3": 90, "PM10": 95, "PM2.5": 95}
MEANS = ("SO2", "NO2", "PM10", "PM2.5")
HOURS_LCM, WINDOW_LCM = 212_520, 168
