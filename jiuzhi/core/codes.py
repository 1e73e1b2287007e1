"""Official codes everybody shares."""

# Province-level codes of GB/T 2260 (first two digits; names as the standard prints them).
PROVINCES = {
    "11": "北京市", "12": "天津市", "13": "河北省", "14": "山西省", "15": "内蒙古自治区", "21": "辽宁省", "22": "吉林省",
    "23": "黑龙江省", "31": "上海市", "32": "江苏省", "33": "浙江省", "34": "安徽省", "35": "福建省", "36": "江西省",
    "37": "山东省", "41": "河南省", "42": "湖北省", "43": "湖南省", "44": "广东省", "45": "广西壮族自治区", "46": "海南省",
    "50": "重庆市", "51": "四川省", "52": "贵州省", "53": "云南省", "54": "西藏自治区", "61": "陕西省", "62": "甘肃省",
    "63": "青海省", "64": "宁夏回族自治区", "65": "新疆维吾尔自治区", "71": "台湾省", "81": "香港特别行政区", "82": "澳门特别行政区",
}  # fmt: skip

_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I, O, S, V, Z
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)  # 3^i mod 31


def uscc_check(first17: str) -> str:
    """The check character of a unified social credit code (GB 32100-2015). Errors: ``ValueError`` for a foreign character."""
    total = sum(_USCC.index(c) * w for c, w in zip(first17, _WEIGHTS, strict=True))
    return _USCC[-total % 31]


def uscc_fault(code: str) -> str:
    """What is wrong with a unified social credit code, in one sentence; "" when it is right."""
    if len(code) != 18:
        return f"统一社会信用代码应为 18 位，这里是 {len(code)} 位：请按营业执照填写（Excel 中设为文本格式）"
    if wrong := sorted({c for c in code if c not in _USCC}):
        return f"统一社会信用代码不会有“{''.join(wrong)}”：请按营业执照核对（没有 I、O、S、V、Z，字母大写）"
    if uscc_check(code[:17]) != code[17]:
        return f"统一社会信用代码的校验位不对（应为 {uscc_check(code[:17])}）：请逐位核对"
    return ""
