"""The page of data quality: what arrived, what looks wrong, and deciding on it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from jiuzhi.core.models import AuditEntry
from jiuzhi.engine.observe import assessed, lake, quality
from jiuzhi.engine.observe.decoding import Reading, plain
from jiuzhi.engine.observe.drain import drain
from jiuzhi.engine.observe.models import Overrule
from jiuzhi.interfaces.web import keep
from jiuzhi.interfaces.web.quality import WORDS, Listed, findings, percent, select

PAGE = "/county/500229/quality/"
START = datetime(2026, 10, 13, 16, tzinfo=UTC)  # 00:00 of the 14th in China


@pytest.fixture
def readings(plan, stations):
    """A day of PM2.5 at A1 with a spike at ten and a standing number from eleven on, NO2 that jumps and stays, a value at the other county."""
    values = [20 + (7 * n) % 5 for n in range(10)] + [400] + [20 + (7 * n) % 5 for n in range(1)] + [17] * 13
    sent = [
        Reading("A1", "PM2.5", "hour", START + timedelta(hours=n), Decimal(v), synthetic=True)
        for n, v in enumerate(values)
    ]
    sent += [
        Reading("A1", "NO2", "hour", START + timedelta(hours=n), Decimal(v))
        for n, v in enumerate((20, 21, 230, 231, 233))
    ]
    sent.append(Reading("B1", "PM2.5", "hour", START, Decimal(900)))
    plain.put(sent)
    drain()
    quality.refresh()
    return START + timedelta(hours=10)


def read(client, query="", path=PAGE):
    answer = client.get(path + query)
    assert answer.status_code == 200
    return answer.content.decode()


def flags():
    rows = sorted(lake.current("A1", "PM2.5").to_pylist(), key=lambda row: row["time"])
    return [row["flag"] for row in rows]


def ask(**more):
    moment = START + timedelta(hours=10)
    return {
        "station": "A1", "property": "PM2.5", "kind": "hour", "time": moment.isoformat(), "revision": "1",
        "verdict": "invalid", "why": "仪器校准",
    } | more  # fmt: skip


def test_without_data_the_page_says_how_to_bring_some(officer, plan, stations):
    assert "还没有监测数据" in read(officer)


def test_the_map_shows_what_arrived_with_its_numbers(officer, readings):
    page = read(officer, "?month=2026-10")
    assert 'title="10-14 60.4%　应收 48，收到 29，有效 29"' in page
    assert 'title="10-13 无应收数据"' in page
    assert 'title="10-15 2%　应收 48，收到 1，有效 1"' in page
    assert "县城站" in page
    assert "水寨子" in page[page.index("没有满一天的自动数据") :]
    assert "石柱站" not in page
    assert "模拟数据" in page[page.index("<h1>") : page.index("</h1>")]  # its values are, the station is real


def test_the_list_says_what_is_wrong_why_and_how_to_look(officer, readings):
    page = read(officer, "?month=2026-10")
    assert "15 个值等待判断" in page
    for said in ("孤立突跳", "变化过快", "长时间不变", "连续 12 小时一个数不变", "看同站其他项目", "13 个值"):
        assert said in page
    assert ">900<" not in page  # the other county's


@pytest.mark.parametrize(
    ("query", "there", "not_there"),
    [
        ("&check=flat", "连续 12 小时", "每小时变化超过"),
        ("&check=spike", "比前后两个值都高出", "连续 12 小时"),
        ("&property=SO2", "没有符合条件的值", "连续 12 小时"),
        ("&station=重庆市/水寨子", "没有符合条件的值", "连续 12 小时"),
        ("&state=ruled", "没有符合条件的值", "连续 12 小时"),
        ("&state=unused", "没有符合条件的值", "连续 12 小时"),
        ("&state=missing", "没有符合条件的值", "连续 12 小时"),
        ("&state=all", "连续 12 小时", "没有符合条件的值"),
        ("&state=%27&check=x&station=%00&page=99", "没有符合条件的值", "连续 12 小时"),
    ],
)
def test_the_list_can_be_narrowed(officer, readings, query, there, not_there):
    page = read(officer, f"?month=2026-10{query}")
    body = page[page.index('class="tbl stack review"') : page.index('id="history"')]
    assert there in body
    assert not_there not in body


def test_a_value_is_ruled_out_by_who_may_and_taken_back(client, people, readings):
    client.force_login(people.monitor)
    back = f"{PAGE}?month=2026-10&check=spike"
    answer = client.post(f"{PAGE}decide/", ask(back=back), follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain[0][0] == back
    assert "已把 1 个值判为无效" in page
    assert flags()[10] == 4
    made = Overrule.objects.get()
    assert (made.by, made.why, made.values) == (people.monitor, "仪器校准", 1)
    assert AuditEntry.objects.filter(model="observe.Overrule", why="仪器校准", user=people.monitor).exists()
    # The check of its neighbour no longer rests on it, and the assessment has left it out.
    assert "没有符合条件的值" in read(client, "?month=2026-10&check=spike")
    assert assessed.rows("air_day", station="A1")[0]["hours_PM2.5"] == 23
    assert "已判无效" in read(client, "?month=2026-10&state=ruled")
    assert (
        client.post(f"{PAGE}{made.pk}/undo/", {"why": ""}, follow=True)
        .content.decode()
        .count("请写明撤销的原因")
        == 1
    )
    assert (
        "1 个值恢复为仪器上报时的状态"
        in client.post(f"{PAGE}{made.pk}/undo/", {"why": "误判"}, follow=True).content.decode()
    )
    assert flags()[10] == 0
    assert assessed.rows("air_day", station="A1")[0]["hours_PM2.5"] == 24
    assert "误判" in read(client, "?month=2026-10")


def test_a_whole_morning_is_ruled_out(officer, readings):
    asked = ask(property="", kind="", time="2026-10-14T08:00", until="2026-10-14T12:00", why="整个上午校准")
    del asked["revision"]
    assert "已把 4 个值判为无效" in officer.post(f"{PAGE}decide/", asked, follow=True).content.decode()
    assert [n for n, flag in enumerate(flags()) if flag == 4] == [8, 9, 10, 11]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"why": " "}, "请写明原因"),
        ({"verdict": "x"}, "有效或无效"),
        ({"time": "昨天"}, "看不懂"),
        ({"time": ""}, "看不懂"),
        ({"time": "0001-01-01T00:00"}, "看不懂"),
        ({"time": "9999-12-31T23:59"}, "没有可判定的数据"),
        ({"revision": "7"}, "新的修订"),
        ({"until": "2026-10-14T01:00"}, "止要晚于起"),
        ({"property": "\x00", "time": "2020-01-01T00:00"}, "没有可判定的数据"),
    ],
)
def test_a_decision_that_cannot_stand_gets_one_sentence(officer, readings, changed, said):
    page = officer.post(f"{PAGE}decide/", ask(**changed), follow=True).content.decode()
    assert said in page
    assert not Overrule.objects.exists()
    assert set(flags()) == {0}


def test_who_may_not_neither_sees_buttons_nor_decides(client, people, readings):
    for person in (people.leader, people.unit):
        client.force_login(person)
        assert "判无效" not in read(client, "?month=2026-10").replace("已判无效", "")
        assert client.post(f"{PAGE}decide/", ask()).status_code == 403
        assert client.post(f"{PAGE}check/").status_code == 403
        assert client.post(f"{PAGE}1/undo/", {"why": "x"}).status_code == 403
    client.force_login(people.stranger)
    assert client.post(f"{PAGE}decide/", ask()).status_code == 404
    # Through one's own county nobody reaches another's station or decision.
    assert client.post("/county/500240/quality/decide/", ask()).status_code == 404
    client.force_login(people.officer)
    client.post(f"{PAGE}decide/", ask())
    client.force_login(people.stranger)
    assert (
        client.post(f"/county/500240/quality/{Overrule.objects.get().pk}/undo/", {"why": "x"}).status_code
        == 404
    )
    assert client.get(f"{PAGE}decide/").status_code in (404, 405)


def test_a_decision_needs_the_forms_token(people, readings):
    from django.test import Client

    careful = Client(enforce_csrf_checks=True)
    careful.force_login(people.officer)
    assert careful.post(f"{PAGE}decide/", ask()).status_code == 403
    assert not Overrule.objects.exists()


def test_nothing_leads_away_from_the_page(officer, readings):
    answer = officer.post(f"{PAGE}decide/", ask(back="https://elsewhere.example/"))
    assert answer["Location"] == PAGE


def test_new_data_are_checked_on_request(officer, readings, monkeypatch):
    monkeypatch.setattr(keep, "_BEHIND", 0.0)  # minutes pass between two looks
    monkeypatch.setattr(quality, "PATIENCE", -1.0)
    assert "有新数据还没有检查" not in read(officer)
    plain.put([Reading("A1", "SO2", "hour", START, Decimal(2900))])
    drain()
    assert "有新数据还没有检查" in read(officer)
    assert "新数据已检查" in officer.post(f"{PAGE}check/", follow=True).content.decode()
    assert "超出范围" in read(officer, "?month=2026-10")
    plain.put([Reading("A1", "SO2", "hour", START + timedelta(hours=1), Decimal(9))])  # nothing to find
    drain()
    assert "有新数据还没有检查" in read(officer)
    officer.post(f"{PAGE}check/", follow=True)
    assert "有新数据还没有检查" not in read(officer)


def test_a_busy_lake_is_said_and_the_decision_waits(officer, readings, monkeypatch):
    def dies(*args, **kwargs):
        raise lake.LakeBusy("观测库正被另一个程序写入")

    with monkeypatch.context() as patch:
        patch.setattr(lake, "take_in", dies)
        page = officer.post(f"{PAGE}decide/", ask(), follow=True).content.decode()
    assert "正被另一个程序写入" in page
    assert "等待写入观测库" in page
    officer.post(f"{PAGE}check/")
    assert flags()[10] == 4
    assert "等待写入观测库" not in read(officer)


def test_the_page_in_english(officer, readings):
    officer.post("/language/", {"language": "en"})
    page = read(officer, "?month=2026-10")
    assert "Data to look into" in page
    assert "the same number for 12 hours" in page


def test_every_check_can_say_what_it_found(readings):
    assert list(WORDS) == list(quality.NAMES)
    row = {"property": "NH3N", "kind": "hour", "qualifier": "D", "checks": ",".join(quality.NAMES)}
    # NH3N declares neither a rate nor a drift; PM2.5 no detection limit.
    row["checks"] = ",".join(n for n in quality.NAMES if n not in ("rate", "drift"))
    assert all(why and "None" not in why for _, why, _ in findings(row))
    row |= {"property": "PM2.5", "checks": "rate,drift,range"}
    assert all(why and "None" not in why for _, why, _ in findings(row))
    # What the paginator cuts are runs, not values.
    found = select(quality.read("2026-10", ["A1"]), "open", "", "", "")
    assert len(found) == 15
    assert len(Listed(found, {})) == 3


def test_a_percentage_is_cut_not_rounded():
    from fractions import Fraction

    assert percent(Fraction(9999, 10000)) == "99.9%"
    assert percent(Fraction(1)) == "100%"
    assert percent(None) == "—"
