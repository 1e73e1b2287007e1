"""County-level codes (GB/T 2260) of Chongqing, where the product is at home. Elsewhere the code is given by hand."""

from __future__ import annotations

_CHONGQING = (
    "500101万州区 500102涪陵区 500103渝中区 500104大渡口区 500105江北区 500106沙坪坝区 500107九龙坡区 500108南岸区 500109北碚区 500110綦江区 "
    "500111大足区 500112渝北区 500113巴南区 500114黔江区 500115长寿区 500116江津区 500117合川区 500118永川区 500119南川区 500120璧山区 "
    "500151铜梁区 500152潼南区 500153荣昌区 500154开州区 500155梁平区 500156武隆区 500229城口县 500230丰都县 500231垫江县 500233忠县 "
    "500235云阳县 500236奉节县 500237巫山县 500238巫溪县 500240石柱土家族自治县 500241秀山土家族苗族自治县 500242酉阳土家族苗族自治县 "
    "500243彭水苗族土家族自治县"
)
_CODES = {item[6:]: item[:6] for item in _CHONGQING.split()}


def adcode_of(county: str) -> str:
    """Six-digit code of a county by its full name or by its short one (石柱县), or nothing."""
    if county in _CODES:
        return _CODES[county]
    short = county.removesuffix("县").removesuffix("区")
    hits = [code for name, code in _CODES.items() if len(short) >= 2 and name.startswith(short)]
    return hits[0] if len(hits) == 1 else ""
