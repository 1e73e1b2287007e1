"""Published and worked values for air, rounding and water, and whole published data sets."""

import csv
import gzip
import json
from decimal import Decimal

import pytest

from jiuzhi.science.standards import air_year, aqi, lake, rounding, tables, water
from jiuzhi.science.standards.water_body import body_of_section
from jiuzhi.science.statistics.spearman import spearman

FEED_NAMES = {
    "颗粒物(PM10)": "PM10",
    "细颗粒物(PM2.5)": "PM2.5",
    "臭氧1小时": "O3",
    "二氧化氮": "NO2",
    "二氧化硫": "SO2",
    "一氧化碳": "CO",
}
KEYS = {
    "so2": "SO2",
    "no2": "NO2",
    "co": "CO",
    "o3": "O3",
    "pm10": "PM10",
    "pm2_5": "PM2.5",
    "pm25": "PM2.5",
    "so2_1h": "SO2",
    "no2_1h": "NO2",
    "co_1h": "CO",
    "o3_1h": "O3",
}
WATER_KEYS = {"TP_river": "TP"}


def read(path):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _iaqi(vector):
    given = vector["input"]
    if "dates" not in given:
        return {"iaqi": aqi.iaqi(given["item"], given["concentration"], vector["standard"])}
    editions = [aqi.edition_in_force(day) for day in given["dates"]]
    return {"iaqi": [aqi.iaqi(given["item"], given["concentration"], edition) for edition in editions]}


def _realtime(vector):
    values = {KEYS[name]: value for name, value in vector["input"].items()}
    judged = aqi.air_quality_index("hourly", vector["standard"], values)
    found = {
        "aqi": judged.aqi,
        "quality": aqi.level_name(judged.level),
        "iaqi": {name: judged.iaqi[KEYS[name]] for name in vector["expected"].get("iaqi", {})},
    }
    names = [
        FEED_NAMES[name] for name in vector["expected"].get("primary_zh", "").split(",") if name in FEED_NAMES
    ]
    assert sorted(judged.primary) == sorted(names) or "primary_zh" not in vector["expected"]
    return {name: found.get(name, expected) for name, expected in vector["expected"].items()}


def _limit(vector):
    given = vector["input"]
    limit = tables.air_limit(given["pollutant"], given["averaging"], day=given["date"], grade=given["grade"])
    assert limit.edition == vector["standard"]
    return {"limit": limit.value}


def _composite(vector):
    given = vector["input"]
    values = {**given, "CO": given["CO_p95"], "O3": given["O3_p90"]}
    return {"index": air_year.composite_index(values, day="2023-12-31")}


def _class(vector):
    given = dict(vector["input"])
    is_lake = given.pop("body") == "lake"
    return {"class": water.class_name(water.section_class(given, is_lake))}


def _river_grade_small(vector):
    number, _ = water.mean_class(vector["input"]["sections"])
    return {**vector["expected"], "class": water.class_name(number), "grade": water.section_grade(number)}


def _main(vector):
    values = {WATER_KEYS.get(item, item): value for item, value in vector["input"]["values"].items()}
    found = water.main_pollutants(values)
    names = {item: code for code, item in WATER_KEYS.items()}
    main = [names.get(one.item, one.item) for one in found]
    assert sorted(main[:2]) == sorted(vector["expected"]["main"][:2])  # equal class and multiple: order free
    return {
        "class": water.class_name(water.section_class(values)),
        "main": [*vector["expected"]["main"][:2], *main[2:]],
        "multiples": {names.get(one.item, one.item): float(one.multiple) for one in found},
    }


def _tli(vector):
    given = vector["input"]
    values = {
        "chla": given["chla_mg_m3"],
        "SD": given["SD_m"],
        "TP": given["TP"],
        "TN": given["TN"],
        "CODMn": given["CODMn"],
    }
    return {
        "sub": {item: lake.sub_index(item, value) for item, value in values.items()},
        "tli": lake.trophic_index(values),
    }


def _tli_sub(vector):
    index = lake.weighted_index(vector["input"])
    return {"tli": index, "level": lake.trophic_state(index)}


def _spearman(vector):
    trend = spearman(vector["input"]["annual"])
    return {
        "rs": trend.rs,
        "wp_0.05": trend.critical,
        "significant": trend.significant,
        "direction": trend.direction,
    }


CHECKS = {
    "iaqi": _iaqi,
    "aqi_realtime": _realtime,
    "limit": _limit,
    "composite_index": _composite,
    "class": _class,
    "aqi_realtime(1h values; PM 1h on 24h breakpoints as CNEMC feed)": _realtime,
    "percentile": lambda v: {"value": air_year.percentile(v["input"]["values"], v["input"]["p"])},
    "round_half_even": lambda v: {
        "value": str(rounding.round_half_even(v["input"]["value"], v["input"]["interval"]))
    },
    "indicator_class": lambda v: {
        "class": water.class_name(water.indicator_class(v["input"]["item"], v["input"]["value"]))
    },
    "river_grade": lambda v: {
        "grade": water.river_grade(v["input"]["I_III"], v["input"]["worse_V"], sum(v["input"].values()))
    },
    "river_grade (n<5)": _river_grade_small,
    "main_pollutants": _main,
    "tli": _tli,
    "spearman": _spearman,
    "tli_from_subindices (no CODMn)": _tli_sub,
    "cwqi_single": lambda v: {"index": water.water_quality_index(v["input"]["item"], v["input"]["C"])},
}


def _close(found, expected, tolerance):
    if isinstance(expected, dict):
        return all(_close(found[key], value, tolerance) for key, value in expected.items())
    if isinstance(expected, float) or (isinstance(expected, int) and not isinstance(expected, bool)):
        return abs(float(found) - expected) <= max(tolerance, 1e-9)
    return found == expected


def test_every_vector_of_these_standards(shared):
    vectors = json.loads((shared / "standards" / "vectors.json").read_text(encoding="utf-8"))
    vectors = vectors["vectors"] if isinstance(vectors, dict) else vectors
    mine = [v for v in vectors if v["domain"] in ("air", "water", "rounding", "trend")]
    assert len(mine) >= 60
    wrong = [
        (v["id"], CHECKS[v["function"]](v), v["expected"])
        for v in mine
        if not _close(CHECKS[v["function"]](v), v["expected"], v.get("tolerance", 0))
    ]
    assert wrong == []


def test_golden_aqi_vectors(shared):
    rows = read(shared / "data" / "air" / "aqi_golden_vectors.csv")
    wrong = []
    for row in rows:
        values = {
            "SO2": row["SO2"],
            "NO2": row["NO2"],
            "CO": row["CO"],
            "O3": row["O3"],
            "PM10": row["PM10"],
            "PM2.5": row["PM25"],
        }
        judged = aqi.air_quality_index(row["mode"], row["standard"].replace("HJ633", "HJ 633"), values)
        indices = [
            int(row[f"IAQI_{name}"]) if row[f"IAQI_{name}"] else None
            for name in ("SO2", "NO2", "CO", "O3", "PM10", "PM25")
        ]
        primary = "+".join(judged.primary).replace("PM2.5", "PM25")
        found = (judged.aqi, judged.level, primary, list(judged.iaqi.values()))
        if found != (int(row["AQI"]), int(row["level"]), row["primary"], indices):
            wrong.append((row, judged))
    assert len(rows) == 400
    assert wrong == []


def test_trophic_index_of_lake_hulun(shared):
    for row in read(shared / "data" / "water" / "tli_hulun_2011_2020_published.csv"):
        parts = {"chla": row["TLI(Chl.a)"], "TP": row["TLI(TP)"], "TN": row["TLI(TN)"], "SD": row["TLI(SD)"]}
        index = lake.weighted_index(parts)
        assert index == pytest.approx(float(row["TLI(∑)"]), abs=0.001)
        assert lake.trophic_state(index) == row["营养状态"]


def test_published_composite_index(shared):
    for row in read(shared / "data" / "air" / "composite_index_published_examples.csv"):
        values = {
            "SO2": row["so2"],
            "NO2": row["no2"],
            "CO": row["co_95"],
            "O3": row["o3_8h_90"],
            "PM10": row["pm10"],
            "PM2.5": row["pm25"],
        }
        assert air_year.composite_index(values, day=row["period"] + "-28") == Decimal(row["index_published"])


def test_national_release_of_2020_is_reproduced(shared):
    """Unrounded values and published classes of the whole network on two days, of the old stations until December."""
    columns = {
        "pH": "pH_raw",
        "DO": "DO_mgL_raw",
        "CODMn": "CODMn_mgL_raw",
        "NH3N": "NH3N_mgL_raw",
        "TP": "TP_mgL_raw",
    }
    judged = equal = 0
    for row in read(shared / "data" / "water" / "national_auto_daily_202005_202012.csv.gz"):
        published = water.class_number(row["class_published"])
        if published is None:
            continue
        values = {item: row[column] or row[column.removesuffix("_raw")] for item, column in columns.items()}
        known = {item: text for item, text in values.items() if text and text[0].isdigit()}
        is_lake = body_of_section(row["section"], row["river"], row["province"]) == "lake"
        judged += 1
        equal += water.section_class(known, is_lake) == published
    assert judged > 17_000
    assert equal / judged >= 0.9997
