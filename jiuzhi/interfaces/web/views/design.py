"""The design sheet, alive: every component as the pages use it. Its words stand in docs/design-sheet.md."""

from django.http import HttpRequest, HttpResponse

from .. import monitoring
from .base import Scope, any_county_page, page

CONTRAST_COLOURS = ("met", "on_track", "late", "badly_late", "no_data")
TYPES = (
    ("--t-2xl", "页面标题"), ("--t-xl", "一句话结论"), ("--t-l", "卡片标题、要点数字"), ("--t-m", "正文"),
    ("--t-s", "表格"), ("--t-xs", "附注"),
)  # fmt: skip
# Every figure on this page is an example of form and says so.
EXAMPLE = {
    "name": "示例", "unit": "μg/m³", "target": {"value": 20, "year": 2030, "label": "目标 ≤20"},
    "baseline": {"value": 15.6, "year": 2025},
    "path": [{"year": 2025, "value": 15.6, "basis": "基线"}, {"year": 2030, "value": 20, "basis": "限值"}],
    "series": [
        {"period": str(y), "value": v, "complete": y < 2026, "label": f"{y}年" + ("至今" if y == 2026 else ""), "source": "示例"}
        for y, v in ((2021, 18.3), (2022, 17.7), (2023, 16.8), (2024, 16.3), (2025, 15.6), (2026, 16.2))
    ],
    "monthly": [],
    "fan": [[2027, 13.9, 16.2, 18.3], [2028, 13.4, 16.1, 18.8], [2029, 13.1, 16.0, 19.1], [2030, 12.9, 16.0, 19.3]],
    "state": "met",
    "words": {"seen": "实际值", "path": "应达路径", "fan": "90% 预测区间", "median": "预测中值", "target": "目标", "soFar": "至今", "sim": "模拟数据"},
}  # fmt: skip


@any_county_page
def design(request: HttpRequest, scope: Scope) -> HttpResponse:
    context = {
        "levels": monitoring.LEVELS,
        "classes": monitoring.CLASSES,
        "types": TYPES,
        "counts": {"met": 34, "on_track": 24, "late": 6, "badly_late": 2, "no_data": 11},
        "example": EXAMPLE,
        "synthetic": True,
    }
    return page(request, "web/design.html", context, active="design")
