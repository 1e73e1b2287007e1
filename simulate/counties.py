"""What is typical of each county. Anchors are facts stated in its plan; the rest is a plausible mountain county.

Annual PM2.5 means [µg/m³] by year end at the plan's own baseline (城口 2025: 15.6; 石柱 2025: 25), and the numbers of
episodes are set so that good-air days come near the plan's (城口 2025: 362; 石柱 2020: 348, 2025: 354).
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class County:
    """Climate and air of one county. Concentrations in µg/m³ (CO mg/m³), temperatures in °C, rain in mm."""

    code: str
    name: str
    temperature: float  # annual mean
    temperature_range: float  # half the difference between July and January
    rain: float  # annual sum
    pm25: dict[int, float]  # annual mean by year
    pm25_episodes: dict[int, int]  # winter episodes above the daily limit
    ozone: float  # typical summer afternoon peak
    ozone_episodes: dict[int, int]
    no2: float
    so2: float
    co: float
    coarse: float  # PM10 − PM2.5, annual mean
    dust_days: dict[int, int] = field(default_factory=dict)
    # Water bodies whose total phosphorus now and then exceeds after storms, as the plan says: their mean as a share of the
    # limit of the class they are held to.
    phosphorus: dict[str, float] = field(default_factory=dict)

    def at(self, table: dict[int, float] | dict[int, int], year: int) -> float:
        """The value of a year; outside the table the nearest year's."""
        return table[min(table, key=lambda y: abs(y - year))]


COUNTIES: dict[str, County] = {
    "500229": County(
        code="500229",
        name="城口县",
        temperature=13.8,
        temperature_range=10.8,
        rain=1260,
        pm25={2021: 18.6, 2022: 17.9, 2023: 17.5, 2024: 16.4, 2025: 15.6, 2026: 15.9},
        pm25_episodes={2021: 2, 2022: 1, 2023: 2, 2024: 1, 2025: 1, 2026: 1},
        ozone=122,
        ozone_episodes={2021: 1, 2022: 2, 2023: 1, 2024: 1, 2025: 1, 2026: 1},
        no2=12,
        so2=7,
        co=0.55,
        coarse=14,
        dust_days={2021: 1, 2023: 1, 2025: 0, 2026: 0},
    ),
    "500240": County(
        code="500240",
        name="石柱土家族自治县",
        temperature=16.4,
        temperature_range=10.6,
        rain=1190,
        pm25={2021: 28.6, 2022: 27.4, 2023: 27.1, 2024: 25.8, 2025: 25.0, 2026: 25.9},
        pm25_episodes={2021: 6, 2022: 5, 2023: 5, 2024: 4, 2025: 4, 2026: 4},
        ozone=140,
        ozone_episodes={2021: 2, 2022: 3, 2023: 2, 2024: 2, 2025: 2, 2026: 2},
        no2=19,
        so2=8,
        co=0.7,
        coarse=19,
        dust_days={2021: 1, 2023: 2, 2025: 1, 2026: 0},
        phosphorus={"龙河": 0.63},
    ),
}

# A county without a profile of its own behaves like this one, under its own code (its series still differ by seed).
_PATTERN = COUNTIES["500240"]


def county_of(code: str) -> County:
    """The profile of a county code."""
    if code in COUNTIES:
        return COUNTIES[code]
    return County(**{**_PATTERN.__dict__, "code": code, "name": code, "phosphorus": {}})
