"""`jiuzhi assess`: published files, a person's own headings, and every way a file can be wrong."""

import csv
import gzip
import json
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from jiuzhi.interfaces.cli.assess import app
from jiuzhi.science.standards.water import class_number

AIR = "时间,PM2.5,PM10,SO2,NO2,CO,O3"
GOOD = "2026-05-01 08:00,35,60,5,20,0.8,100"


def run(*args):
    return CliRunner().invoke(app, [str(arg) for arg in args])


def read(path):
    opener = gzip.open if str(path).endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def judge(tmp_path, text, *args, kind="air", name="in.csv", encoding="utf-8"):
    source = tmp_path / name
    source.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    out = tmp_path / "out.csv"
    return run(kind, source, "-o", out, *args), out


def test_every_complete_row_of_the_hourly_release(shared, tmp_path):
    source = shared / "data" / "air" / "station_hourly_aqi_202004_partA.csv.gz"
    result = run("air", source, "-o", tmp_path / "out.csv", "--as-of", "2026-11-22")
    assert result.exit_code == 0, result.output
    codes = {
        "颗粒物(PM10)": "颗粒物(PM10)",
        "细颗粒物(PM2.5)": "细颗粒物(PM2.5)",
        "臭氧1小时": "臭氧(O3)",
        "二氧化氮": "二氧化氮(NO2)",
        "二氧化硫": "二氧化硫(SO2)",
        "一氧化碳": "一氧化碳(CO)",
    }
    complete = wrong = 0
    before, after = read(source), read(tmp_path / "out.csv")
    assert len(before) == len(after)
    for row, judged in zip(before, after, strict=True):
        assert {name: judged[name] for name in row} == row
        if all(row[name] not in ("", "-") for name in ("PM2.5", "PM10", "CO", "NO2", "O3_1h", "SO2", "AQI")):
            complete += 1
            primary = {
                codes[line.strip()] for line in row["PrimaryPollution"].splitlines() if line.strip() in codes
            }
            found = (
                judged["judged_aqi"],
                judged["judged_level"],
                {p for p in judged["judged_primary"].split(",") if p},
            )
            wrong += found != (row["AQI"], row["Level"], primary)
        assert judged["judged_aqi"] or judged["why"]
    assert (complete, wrong) == (60_981, 0)


def test_published_classes_of_the_national_network(shared, tmp_path):
    source = shared / "data" / "water" / "national_auto_4h_202104_partA.csv.gz"
    assert run("water", source, "-o", tmp_path / "out.csv").exit_code == 0
    rows = [row for row in read(tmp_path / "out.csv") if class_number(row["class_published"])]
    assert sum(row["judged_class"] == row["class_published"] for row in rows) / len(rows) >= 0.985


def test_trophic_state_of_a_published_table(shared, tmp_path):
    source = shared / "data" / "water" / "tli_hulun_2011_2020_published.csv"
    assert run("lake", source, "-o", tmp_path / "out.csv").exit_code == 0
    for row in read(tmp_path / "out.csv"):
        assert float(row["judged_tli"]) == pytest.approx(float(row["TLI(∑)"]), abs=0.001)
        assert row["judged_state"] == row["营养状态"]


@pytest.mark.parametrize("name", ["cnemc_station_hour_20180220T07_partA", "prsa_changping_20130301_20170228"])
def test_other_released_files(shared, tmp_path, name):
    source = shared / "data" / "air" / f"{name}.csv.gz"
    result = run("air", source, "-o", tmp_path / "out.csv", "--json")
    assert result.exit_code == 0, result.output
    summary = json.loads(result.stdout)
    assert summary["rows"] == len(read(source))
    assert summary["judged"] / summary["rows"] > 0.98


def test_golden_vectors_by_their_own_columns(shared, tmp_path):
    source = shared / "data" / "air" / "aqi_golden_vectors.csv"
    assert run("air", source, "-o", tmp_path / "out.csv").exit_code == 0
    rows = read(tmp_path / "out.csv")
    assert [row["judged_aqi"] for row in rows] == [row["AQI"] for row in rows]


def test_own_headings_units_and_order(tmp_path):
    text = (
        "备注,日期,细颗粒物（PM2.5） μg/m³,PM10(ug/m3),二氧化硫,NO2,一氧化碳(μg/m³),臭氧日最大8小时平均\r\n"
        "甲,2026/2/28,70,60,5,20,800,100\r\n乙,2026-03-01,70,60,5,20,800,100\r\n"
    )
    result, out = judge(tmp_path, text, encoding="gb18030")
    assert result.exit_code == 0, result.output
    rows = read(out)
    assert [(row["备注"], row["judged_aqi"], row["judged_level"], row["judged_edition"]) for row in rows] == [
        ("甲", "94", "良", "HJ 633-2012"),
        ("乙", "110", "轻度污染", "HJ 633-2026"),
    ]
    assert list(rows[0])[:3] == ["备注", "日期", "细颗粒物（PM2.5） μg/m³"]
    assert "日报" in rows[0]["why"]
    assert "60～115" in rows[1]["why"]


def test_excel_workbook(tmp_path):
    book = openpyxl.Workbook()
    for cells in ([*AIR.split(",")], ["2026-05-01 08:00", 35, 60, 5, 20, 0.8, 100]):
        book.active.append(cells)
    book.save(tmp_path / "in.xlsx")
    assert run("air", tmp_path / "in.xlsx", "-o", tmp_path / "out.csv").exit_code == 0
    assert read(tmp_path / "out.csv")[0]["judged_aqi"] == "58"


def test_missing_value_under_each_edition(tmp_path):
    text = f"{AIR}\n2025-05-01 08:00,35,60,5,20,,100\n2026-05-01 08:00,35,60,5,20,,100\n2026-05-01 09:00,35,160,5,20,-,100\n"
    _, out = judge(tmp_path, text)
    rows = read(out)
    assert [row["judged_aqi"] for row in rows] == ["55", "", "116"]
    assert "缺项 CO" in rows[0]["why"]
    assert "5.3.1" in rows[1]["why"]


def test_rows_that_cannot_be_judged_stay_in_place(tmp_path):
    lines = [
        AIR,
        GOOD,
        "2026-13-01 08:00,35,60,5,20,0.8,100",
        "2026-05-01 09:00,,,,,,",
        ",35,60,5,20,0.8,100",
        "2026-05-01 10:00,-3,60,5,20,0.8,100",
        "2099-01-01 08:00,35,60,5,20,0.8,100",
        "2031-01-01 08:00,35,60,5,20,0.8,100",
        "2026-05-01 11:00,35,60",
        GOOD + ",多余",
        GOOD,
    ]
    result, out = judge(tmp_path, "\n".join(lines), "--as-of", "2026-11-22")
    assert result.exit_code == 0
    rows = read(out)
    assert [row["时间"] for row in rows] == [line.split(",")[0] for line in lines[1:]]
    assert [row["judged_aqi"] for row in rows] == ["58", "", "", "", "", "", "58", "", "58", "58"]
    assert all(row["why"] for row in rows)
    assert "不能为负" in rows[4]["why"]
    assert "晚于" in rows[6]["why"]
    assert "多余" in rows[8]["why"]


def test_lake_points(tmp_path):
    text = "断面,pH,溶解氧,高锰酸盐指数,氨氮,总磷,总氮,叶绿素a(mg/L),透明度(cm)\n湖心,8.0,8.5,4.0,0.2,0.05,1.0,0.010,100\n"
    result, out = judge(tmp_path, text, kind="lake")
    assert result.exit_code == 0, result.output
    (row,) = read(out)
    assert (row["judged_class"], row["judged_tli"], row["judged_state"]) == ("Ⅲ", "48.018", "中营养")
    assert "总氮 1 mg/L 为 Ⅲ 类，单独评价" in row["why"]


def test_target_body_and_non_detect(tmp_path):
    text = (
        "断面,水体类型,目标水质,pH,溶解氧,高锰酸盐指数,氨氮,总磷,挥发酚\n"
        "水寨子,,Ⅱ,8,8,1,0.6,0.05,0.0003L\n某断面,水库,Ⅲ类,8,8,1,0.1,0.06,<0.0003\n某断面,,,8,8,1,0.1,0.06,\n"
    )
    _, out = judge(tmp_path, text, kind="water")
    rows = read(out)
    assert [(row["judged_class"], row["judged_exceeding"]) for row in rows] == [
        ("Ⅲ", "氨氮(0.20)"),
        ("Ⅳ", "总磷(0.20)"),
        ("Ⅱ", ""),
    ]
    assert "按检出限一半" in rows[0]["why"]


BAD_AIR = {
    "empty": (b"", "是空的"),
    "only headings": (AIR, "只有表头"),
    "missing column": ("时间,PM2.5,PM10,SO2,NO2,O3\n2026-05-01 08:00,35,60,5,20,100", "缺少列 CO"),
    "no pollutant": ("a,b\n1,2", "认不出"),
    "no time": ("PM2.5,PM10,SO2,NO2,CO,O3\n35,60,5,20,0.8,100", "没有时间列"),
    "negative": (f"{AIR}\n2026-05-01 08:00,-5,60,5,20,0.8,100", "不能为负"),
    "CO in µg/m³": (f"{AIR}\n2026-05-01 08:00,35,60,5,20,800,100", "单位差了 1000 倍"),
    "PM in mg/m³": (f"{AIR}\n2026-05-01 08:00,0.035,0.06,5,20,0.8,100", "单位差了 1000 倍"),
    "wrong unit": (
        "时间,PM2.5(mg/L),PM10,SO2,NO2,CO,O3\n2026-05-01 08:00,35,60,5,20,0.8,100",
        "不是细颗粒物的单位",
    ),
    "far future": (f"{AIR}\n2199-05-01 08:00,35,60,5,20,0.8,100", "请核对年份"),
    "before any edition": (f"{AIR}\n1999-05-01 08:00,35,60,5,20,0.8,100", "没有在用"),
    "no such day": (f"{AIR}\n2026-02-30 08:00,35,60,5,20,0.8,100", "不是日历上的时刻"),
    "not text": (bytes(range(128, 256)) * 20, "编码认不出"),
    "truncated gzip": (gzip.compress((f"{AIR}\n" + f"{GOOD}\n" * 9999).encode(), mtime=0)[:200], "不完整"),
}


@pytest.mark.parametrize("case", BAD_AIR)
def test_bad_input_gives_one_sentence_and_no_output(tmp_path, case):
    text, expected = BAD_AIR[case]
    result, out = judge(tmp_path, text)
    assert result.exit_code == 2
    assert expected in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert sorted(path.name for path in tmp_path.glob("*")) == ["in.csv"] or not out.exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".out")]


@pytest.mark.parametrize(("text", "expected"), [
    ("断面,氨氮\n甲,0.5", "缺少列 pH"),
    ("断面,pH,溶解氧,高锰酸盐指数,氨氮,总磷\n甲,8,8,2,150,0.05", "单位差了 1000 倍"),
    ("断面,pH,溶解氧,高锰酸盐指数,氨氮,总磷\n甲,80,8,2,0.1,0.05", "pH"),
    ("断面,pH,溶解氧,高锰酸盐指数,氨氮,总磷\n甲,*,--,*,,", "不能评价"),
])  # fmt: skip
def test_bad_water_files(tmp_path, text, expected):
    result, out = judge(tmp_path, text, kind="water")
    assert (result.exit_code, out.exists()) == (2, False)
    assert expected in result.stderr


def test_output_over_input_or_into_nowhere_is_refused(tmp_path):
    source = tmp_path / "in.csv"
    source.write_text(f"{AIR}\n{GOOD}\n", encoding="utf-8")
    assert run("air", source, "-o", source).exit_code == 2
    assert run("air", source, "-o", tmp_path / "no" / "out.csv").exit_code == 2
    assert source.read_text(encoding="utf-8") == f"{AIR}\n{GOOD}\n"


def test_an_older_output_survives_a_failure(tmp_path):
    out = Path(tmp_path / "out.csv")
    out.write_text("old", encoding="utf-8")
    judge(tmp_path, f"{AIR}\n2199-05-01 08:00,35,60,5,20,0.8,100")
    assert out.read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_headings_garbled_before_they_came_here_are_told_as_such(tmp_path, encoding):
    text = "时间,细颗粒物,可吸入颗粒物\n2026-05-01 08:00,35,60\n".encode().decode(encoding, "ignore")
    result, out = judge(tmp_path, text)
    assert result.exit_code != 0
    assert "乱码" in result.output
    assert not out.exists()
