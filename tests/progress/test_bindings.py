"""General rules read a target's kind and direction; a county's own table overrides them and is told what does not fit."""

import pytest
from django.core.exceptions import ValidationError

from jiuzhi.core import records
from jiuzhi.engine.plan import bindings
from jiuzhi.engine.plan.models import Plan


@pytest.mark.parametrize(
    ("name", "comparator", "value", "more", "kind", "better"),
    [
        ("细颗粒物（PM2.5）浓度", "<=", 20, {"baseline": 15.6}, "hold", "down"),
        ("水土保持率", ">=", 83, {"baseline": 83, "unit": "%"}, "hold", "up"),
        ("断面水质达标比例", "=", 100, {"baseline": 100, "unit": "%"}, "hold", "up"),
        ("森林蓄积量", "=", 2010, {"baseline": 1910}, "reach", "up"),
        ("危废填埋量占比", "<", 10, {"unit": "%"}, "reach", "down"),
        ("单位产值用水量", "=", 30, {"baseline": 36}, "reach", "down"),
        ("新增水土流失治理面积", "=", 150, {"unit": "平方公里"}, "cumulative", "up"),
        ("示范村数量", "=", 53, {"unit": "个"}, "cumulative", "up"),
        ("示范村数量", "累计", 53, {"unit": "个", "baseline": 3}, "cumulative", "up"),
        ("二氧化碳排放降低", "decrease", 18, {"unit": "%"}, "cumulative", "up"),
        ("新兴产业产值增速", "年均", 10, {"unit": "%", "baseline": 1.5}, "growth", "up"),
        ("受污染耕地安全利用率", ">=", 95, {"unit": "%"}, "hold", "up"),
        ("尾水达标率", ">=", 70, {"unit": "%"}, "reach", "up"),
        ("黑臭水体数量", "=", 0, {"unit": "个"}, "reach", "down"),
        ("绿色贷款余额", "=", None, {"value_text": "持续提升"}, "qualitative", "up"),
        ("化学需氧量减排", "decrease", None, {"value_text": "市级下达"}, "awaiting", ""),
        ("新增煤电装机容量", "=", 0, {"unit": "万千瓦"}, "hold", "down"),
        ("农村黑臭水体", "=", None, {"value_text": "逐步消除"}, "qualitative", "down"),
        ("断面水质类别", "<=", None, {"value_text": "Ⅱ", "unit": "类"}, "hold", "down"),
    ],
)  # fmt: skip
def test_kind_and_direction(commit, name, comparator, value, more, kind, better) -> None:
    found = commit(name, comparator, value, **more)
    if kind == "hold" and value is None:
        found.note = "保持"
    reading = bindings.read(found, found.baseline)
    assert (reading.kind, reading.better) == (kind, better)


def apply(plan, folder) -> list[str]:
    with records.change_set(records.SYSTEM, Plan, "test", "bindings"):
        return bindings.apply(plan, folder)


def write(folder, *rows: str):
    (folder / "bindings.csv").write_text(
        "commitment,indicator,progress,baseline,note\n" + "\n".join(rows) + "\n", encoding="utf-8"
    )
    return folder


def test_the_table_overrides_and_a_baseline_can_be_cut(plan, commit, tmp_path) -> None:
    held = commit("自然岸线率", ">=", 70, code="A", unit="%", baseline=60)
    assert apply(plan, write(tmp_path, "A,,hold,-,")) == []
    held.refresh_from_db()
    assert (held.progress, held.baseline) == ("hold", None)


def test_a_baseline_told_elsewhere_under_the_same_name_is_linked(plan, commit, tmp_path) -> None:
    commit("森林覆盖率", "=", 62, kind="baseline", year=2021, unit="%")
    newest = commit("森林覆盖率", "=", 64, kind="achieved", year=2025, unit="%")
    target = commit("森林覆盖率", ">=", 64, unit="%", code="T")
    apply(plan, tmp_path)
    target.refresh_from_db()
    assert (target.baseline, target.progress) == (newest, "hold")


def test_every_row_that_does_not_fit_is_one_clear_sentence(plan, commit, tmp_path) -> None:
    commit("PM2.5 浓度", "<=", 20, code="A", unit="毫克/立方米")
    commit("甲", ">=", 1, code="B")
    problems = apply(plan, write(tmp_path, "A,air.pm25_mean,,,", "Z9,,,,", "B,air.unknown,sometimes,X1,"))
    assert len(problems) == 5
    for words in ("单位是", "Z9", "air.unknown 没有声明", "sometimes", "X1"):
        assert sum(words in p for p in problems) == 1
    assert all(p.endswith("。") for p in problems)


def test_an_empty_row_of_excel_says_nothing(plan, commit, tmp_path) -> None:
    commit("甲", ">=", 1, code="A")
    assert apply(plan, write(tmp_path, ",,,,", "A,,hold,,", ",,,,")) == []


def test_a_table_without_its_columns_is_refused(plan, tmp_path) -> None:
    (tmp_path / "bindings.csv").write_text("commitment,indicator\n", encoding="utf-8")
    with pytest.raises(ValidationError, match="缺少列 progress"):
        apply(plan, tmp_path)
