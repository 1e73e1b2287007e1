"""Water of one section or lake point: what automatic stations read every four hours and what is sampled by hand."""

import numpy as np

from .counties import County
from .noise import Array, autoregressive, days_in, generator, yearly_wave
from .stations import Station
from .weather import Weather

# decimals printed, and the detection limit below which a laboratory writes "0.02L" [mg/L]
DECIMALS = {
    "water_temperature": 1, "pH": 2, "DO": 2, "conductivity": 1, "turbidity": 1, "CODMn": 2, "NH3N": 3, "TP": 3, "TN": 2,
    "COD": 0, "BOD5": 1, "F": 3, "chla": 1, "SD": 2,
}  # fmt: skip
DETECTION = {"NH3N": "0.025", "TP": "0.010", "COD": "4", "BOD5": "0.5", "CODMn": "0.50"}
UNITS = {
    "water_temperature": "℃",
    "pH": "",
    "conductivity": "µS/cm",
    "turbidity": "NTU",
    "chla": "mg/m³",
    "SD": "m",
}
AUTOMATIC = ("water_temperature", "pH", "DO", "conductivity", "turbidity", "CODMn", "NH3N", "TP", "TN")
MANUAL = ("water_temperature", "pH", "DO", "CODMn", "COD", "BOD5", "NH3N", "TP", "TN", "F")

# Typical annual means by the class the section is held to [mg/L]: inside the class, as most of the county's water is.
_TYPICAL = {
    "Ⅰ": {"CODMn": 0.9, "NH3N": 0.03, "TP": 0.013, "TN": 0.8, "BOD5": 0.8, "COD": 6, "F": 0.12},
    "Ⅱ": {"CODMn": 1.2, "NH3N": 0.05, "TP": 0.030, "TN": 1.1, "BOD5": 1.0, "COD": 7, "F": 0.15},
    "Ⅲ": {"CODMn": 2.6, "NH3N": 0.22, "TP": 0.085, "TN": 1.7, "BOD5": 1.8, "COD": 11, "F": 0.2},
    "Ⅳ": {"CODMn": 4.5, "NH3N": 0.6, "TP": 0.16, "TN": 2.4, "BOD5": 3.0, "COD": 18, "F": 0.3},
}
_LAKE = {"CODMn": 1.9, "NH3N": 0.07, "TP": 0.017, "TN": 0.85, "BOD5": 1.2, "COD": 9, "F": 0.15}


def saturation(temperature: Array) -> Array:
    """Dissolved oxygen at saturation under 101.3 kPa [mg/L] for water of a temperature [°C]; GB 3838's 468/(31.6+T)."""
    return np.asarray(468.0 / (31.6 + temperature))


def _typical(station: Station) -> dict[str, float]:
    if station.kind == "lake":
        return _LAKE
    return _TYPICAL.get(station.target_class, _TYPICAL["Ⅱ"])


def water_year(county: County, station: Station, year: int, w: Weather) -> dict[str, Array]:
    """Values of a local year by property, hourly. [mg/L; ℃, μS/cm, NTU, mg/m³ for chla, m for SD], shapes (days × 24,).

    Rain carries particles (turbidity, TP, CODMn) and dilutes salts (conductivity); warm water holds less oxygen, algae
    add some in the afternoon and raise pH with it; nitrogen rises with runoff from fields in spring and summer.
    """

    def drift(name: str, memory: float = 3.0) -> Array:
        return autoregressive((county.code, station.code, name), year, 24, memory)

    typical, flow = _typical(station), np.maximum(w.flow, 0.05)
    lake = station.kind == "lake"
    storm = np.maximum(flow - 1.0, 0.0)
    place = generator("water", station.code)
    slow = _smooth(w.temperature, 30 if not lake else 240)
    temperature = np.maximum(
        0.74 * slow + 0.26 * county.temperature - 0.6 + 0.5 * drift("water_temperature"), 2.0
    )
    algae = np.clip(0.5 + 0.5 * yearly_wave(w.day, 150), 0, 1) * (1.15 - w.cloud)
    sunlit = algae * np.cos(2 * np.pi * (w.hour - 16) / 24)
    swing = 0.45 if lake else 0.28
    ratio = (
        (0.93 if lake else 0.89) + swing * 0.35 * sunlit - 0.015 * np.minimum(storm, 3) + 0.015 * drift("DO")
    )
    found = {"water_temperature": temperature, "DO": saturation(temperature) * ratio}
    found["pH"] = place.uniform(7.85, 8.15) + 0.16 * sunlit - 0.05 * np.minimum(storm, 3) + 0.05 * drift("pH")
    found["conductivity"] = place.uniform(235, 330) * flow**-0.16 * np.exp(0.03 * drift("conductivity"))
    found["turbidity"] = (3.0 if lake else 5.0) * flow**1.15 * np.exp(0.35 * drift("turbidity", 1.0))
    shift = np.exp(place.normal(0, 0.06))
    found["CODMn"] = typical["CODMn"] * shift * flow**0.22 * np.exp(0.12 * drift("CODMn"))
    found["NH3N"] = typical["NH3N"] * shift * flow**0.08 * np.exp(0.26 * drift("NH3N"))
    found["TP"] = shift * _phosphorus(county, station, typical["TP"]) * np.exp(0.16 * drift("TP"))
    if station.water_body in county.phosphorus:
        found["TP"] *= flow**0.55
    else:
        found["TP"] *= flow ** (0.12 if lake else 0.22)
    found["TN"] = (
        typical["TN"] * shift * (1 + 0.12 * yearly_wave(w.day, 140)) * np.exp(0.07 * drift("TN", 8.0))
    )
    found["COD"] = typical["COD"] * shift * flow**0.1 * np.exp(0.18 * drift("COD"))
    found["BOD5"] = typical["BOD5"] * shift * np.exp(0.16 * drift("BOD5"))
    found["F"] = typical["F"] * np.exp(0.06 * drift("F"))
    if lake:
        bloom = np.exp(0.55 * yearly_wave(w.day, 215) + 0.3 * drift("chla", 12.0))
        found["chla"] = 5.2 * bloom
        found["SD"] = 2.6 * bloom**-0.4 * np.exp(0.08 * drift("SD"))
    return found


def _phosphorus(county: County, station: Station, typical: float) -> float:
    """Mean total phosphorus [mg/L]: typical of the class, but near its limit where the plan names a weakness."""
    limit = {"Ⅰ": 0.02, "Ⅱ": 0.1, "Ⅲ": 0.2}.get(station.target_class, 0.2)  # GB 3838-2002 table 1, rivers
    share = county.phosphorus.get(station.water_body)
    return typical if share is None else share * limit


def _smooth(series: Array, hours: int) -> Array:
    """Running mean that ends at each hour; the first hours lean on what there is of the year."""
    total = np.cumsum(np.insert(series, 0, 0.0))
    index = np.arange(1, len(series) + 1)
    begin = np.maximum(index - hours * 6, 0)
    return np.asarray((total[index] - total[begin]) / (index - begin))


def reading_hours(station: Station, year: int) -> tuple[str, np.ndarray]:
    """Kind and hours of the year at which the automatic station reports: six a day (national) or one (city); else none."""
    hours = np.arange(days_in(year) * 24)
    if station.level == "national":
        return "4h", hours[hours % 4 == 0]
    if station.level == "city":
        return "day", hours[hours % 24 == 0]
    return "", hours[:0]


def sampling_hours(station: Station, year: int) -> np.ndarray:
    """Hours of the year at which a sample is taken by hand: once a month, between the 2nd and the 9th, in the morning."""
    rng = generator(station.code, "sampling", year)
    starts = np.cumsum([0, 31, 28 + (days_in(year) == 366), 31, 30, 31, 30, 31, 31, 30, 31, 30])
    return np.array([(int(s) + int(rng.integers(1, 9))) * 24 + int(rng.integers(9, 12)) for s in starts])


def water_gaps(county: County, station: Station, year: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Automatic readings that never came, and readings under maintenance (kept, QC flag 2). Shapes (count,), bool."""
    rng = generator(county.code, station.code, "gaps", year)
    silent, upkeep = rng.random(count) < 0.01, np.zeros(count, bool)
    for _ in range(rng.poisson(3)):
        start = int(rng.integers(0, count))
        silent[start : start + int(rng.gamma(1.5, 5)) + 1] = True
    for _ in range(rng.poisson(10)):
        start = int(rng.integers(0, count))
        upkeep[start : start + 2] = True
    return silent, upkeep
