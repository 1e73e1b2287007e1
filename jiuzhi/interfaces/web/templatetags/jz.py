"""Template words of the workbench."""

from typing import Any

from django import template
from django.conf import settings
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from jiuzhi.interfaces.web import assets, closed, present

register = template.Library()


@register.simple_tag
def asset(path: str) -> str:
    """Address of a static file with the fingerprint of its content, so that it may be kept for a year."""
    return assets.url(path)


@register.simple_tag
def import_map() -> SafeString:
    return mark_safe(assets.import_map())


@register.simple_tag
def tiles() -> SafeString:
    """The county's own tile service as attributes of a map, when there is one."""
    if not settings.TILES:
        return SafeString("")
    return format_html(
        ' data-tiles="{}" data-tiles-crs="{}" data-tiles-credit="{}"',
        settings.TILES,
        settings.TILES_CRS,
        settings.TILES_CREDIT,
    )


@register.filter
def plain(value: Any) -> str:
    return present.plain(value)


@register.filter
def shown(value: Any) -> str:
    return present.shown(value)


@register.simple_tag
def exact(value: Any, of: str = "") -> SafeString:
    """A rounded number that carries the exact one; ``of``: its unit, by which a class shows as its numeral."""
    return format_html('<span title="{}">{}</span>', present.plain(value), present.graded(value, of))


@register.simple_tag
def moves(value: Any, of: str = "", kind: str = "") -> SafeString:
    """A change per year with its unit and its sign."""
    return format_html("{} <small>{}</small>", present.shown(value), present.change_unit(of, kind))


@register.filter
def percent(value: Any) -> str:
    return present.percent(value)


@register.filter
def unit(value: Any) -> str:
    return present.unit(value)


@register.filter
def units(value: Any) -> str:
    return present.units_in(value)


@register.filter
def word(value: Any) -> str:
    return closed.word(value)


@register.filter
def rhythm(duty: Any) -> str:
    return closed.rhythm(duty.every, duty.unit)


@register.filter
def goal(value: Any) -> str:
    return closed.goal(present.units_in(value))


@register.filter
def period(value: Any) -> str:
    return closed.period(value)


@register.filter
def prop(value: Any) -> str:
    return present.property_name(str(value))


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """The entry ``key`` of a dict or list; empty when there is none."""
    try:
        return mapping[key]
    except (KeyError, IndexError, TypeError):
        return ""


@register.simple_tag
def state(code: str, size: str = "") -> SafeString:
    """● 达标: colour, mark and word together."""
    if not code:
        return SafeString("")
    mark, name = present.STATE_MARKS[code], present.STATE_NAMES[code]
    return format_html('<span class="state {} {}"><i class="m">{}</i>{}</span>', code, size, mark, name)


@register.simple_tag
def mark(code: str) -> SafeString:
    """Only the mark, with its word for readers of the screen."""
    name = present.STATE_NAMES[code]
    return format_html(
        '<b class="mk {}" title="{}">{}<span class="sr">{}</span></b>',
        code,
        name,
        present.STATE_MARKS[code],
        name,
    )


@register.simple_tag
def aqi(value: Any, level: Any = None, show: str = "value") -> SafeString:
    """An AQI in its official colour; beside colour stands the level's character. ``show``: value, mark or both."""
    number = level or present.aqi_level(value)
    found = present.AQI_LEVELS.get(number)
    if found is None:
        return format_html('<span class="lv lv-none" title="{}">—</span>', _("无数据"))
    text = {"value": value, "mark": found.mark}.get(show, f"{value} {found.mark}")
    return format_html(
        '<span class="lv aqi-{}" title="AQI {} {}">{}</span>', found.number, value, found.name, text
    )


@register.simple_tag
def water(text: Any) -> SafeString:
    """A water class in its colour with its Roman numeral as mark."""
    found = present.water_class(text)
    if found is None:
        return format_html('<span class="lv lv-none" title="{}">—</span>', _("无数据"))
    return format_html(
        '<span class="lv water-{}" title="{}类 {}">{}</span>',
        found.number,
        found.mark,
        found.name,
        found.mark,
    )


@register.simple_tag
def sim(on: Any = True) -> SafeString:
    """The mark of synthetic data."""
    return format_html('<span class="sim">{}</span>', _("模拟数据")) if on else SafeString("")


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The present address line with some parts changed; an empty value drops the part."""
    params = context["request"].GET.copy()
    for key, value in changes.items():
        if value in ("", None):
            params.pop(key, None)
        else:
            params[key] = str(value)
    params.pop("partial", None)
    return "?" + params.urlencode()


@register.simple_tag(takes_context=True)
def query_of(context: dict[str, Any], field: str, value: str) -> str:
    """`query` for a field whose name only the register knows; the list begins again at its first page."""
    return query(context, **{field: value, "page": ""})


@register.simple_tag
def section_name(section: Any) -> str:
    """River or lake and section, once: the name of a lake point often holds the lake's already."""
    body, name = section.water_body, section.name
    return name if not body or body in name else f"{body} {name}"


@register.filter
def days_left(days: int | None) -> SafeString:
    """Days until a target falls due, in words."""
    if days is None:
        return SafeString("")
    if days < 0:
        return conditional_escape(_("逾期 %(n)s 天") % {"n": -days})
    return conditional_escape(_("剩 %(n)s 天") % {"n": days})


@register.simple_tag(takes_context=True)
def place(context: dict[str, Any], name: str) -> SafeString:
    """A place in muted type, unless it is the county itself."""
    scope = context.get("scope")
    county = scope.county.name if scope else context.get("county_name", "")
    return format_html(' <span class="muted">{}</span>', name) if name and name != county else SafeString("")
