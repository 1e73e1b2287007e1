"""Ambient-air files. CNEMC platforms label an hour by its end (07:00 is the mean of 06–07); the lake keeps the start."""

from __future__ import annotations

from .declare import MISSING, Column, Format
from .times import Stamp

UG, MG = "µg/m³", "mg/m³"
ZERO = frozenset({"0"})
# 16-point wind rose → degrees
_POINTS = "N NNE NE ENE E ESE SE SSE S SSW SW WSW W WNW NW NNW".split()  # noqa: SIM905
ROSE = {name: f"{step * 22.5:g}" for step, name in enumerate(_POINTS)}

STATION_HOURLY = Format(
    "station_hourly_aqi", "城市站点小时（City, WatchPoint）", "air",
    station=("City", "WatchPoint"),
    time=Stamp(("Date", "Hour"), "%Y%m%d %H", ends=True),
    columns=(
        Column("PM2.5", "PM2.5", UG, "hour"), Column("PM10", "PM10", UG, "hour"), Column("SO2", "SO2", UG, "hour"),
        Column("NO2", "NO2", UG, "hour"), Column("CO", "CO", MG, "hour"), Column("O3_1h", "O3", UG, "hour"),
        Column("O3_8h", "O3_8h", UG, "hour"), Column("AQI", "AQI", "", "hour"),
    ),
)  # fmt: skip

CNEMC_HOUR = Format(
    "cnemc_station_hour", "国家站小时快照（stationcode, timepoint）", "air",
    station=("stationcode",),
    name="positionname",
    time=Stamp(("timepoint",), "%Y-%m-%dT%H:%M:%S", ends=True),
    # Columns *_24h are running means of these hours and are computed, not taken in.
    columns=(
        Column("pm2_5", "PM2.5", UG, "hour"), Column("pm10", "PM10", UG, "hour"), Column("so2", "SO2", UG, "hour"),
        Column("no2", "NO2", UG, "hour"), Column("co", "CO", MG, "hour"), Column("o3", "O3", UG, "hour"),
        Column("o3_8h", "O3_8h", UG, "hour"), Column("aqi", "AQI", "", "hour"),
    ),
    missing=MISSING | {"-;"},
)  # fmt: skip

CITY_DAILY = Format(
    "city_daily_aqi", "城市日均（city, date）", "air",
    station=("city",),
    time=Stamp(("date",), "%Y-%m-%d"),
    # A day without data carries zeros in every column.
    columns=(
        Column("pm25", "PM2.5", UG, "day", missing=ZERO), Column("pm10", "PM10", UG, "day", missing=ZERO),
        Column("so2", "SO2", UG, "day", missing=ZERO), Column("no2", "NO2", UG, "day", missing=ZERO),
        Column("co", "CO", MG, "day", missing=ZERO), Column("o3_8h", "O3_8h", UG, "day", missing=ZERO),
        Column("aqi", "AQI", "", "day", missing=ZERO),
    ),
)  # fmt: skip

PRSA = Format(
    "prsa", "PRSA 站点小时（全部 µg/m³，含 CO）", "air",
    station=("station",),
    time=Stamp(("year", "month", "day", "hour"), "%Y %m %d %H", ends=True),
    columns=(
        Column("PM2.5", "PM2.5", UG, "hour"), Column("PM10", "PM10", UG, "hour"), Column("SO2", "SO2", UG, "hour"),
        Column("NO2", "NO2", UG, "hour"), Column("CO", "CO", UG, "hour"), Column("O3", "O3", UG, "hour"),
        Column("TEMP", "air_temperature", "℃", "hour"), Column("PRES", "pressure", "hPa", "hour"),
        Column("DEWP", "dew_point", "℃", "hour"), Column("RAIN", "rain", "mm", "hour"),
        Column("wd", "wind_direction", "°", "hour", codes=ROSE), Column("WSPM", "wind_speed", "m/s", "hour"),
    ),
    missing=MISSING | {"NA"},
)  # fmt: skip
