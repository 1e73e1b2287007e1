"""Forms of numbers that several domains write down."""

# HJ 608-2017: credit code of 18, three digits of the place, one mark. The mark is P in the standard's example; other letters occur for
# permits and for registrations (未核实), so that any is taken.
PERMIT_NUMBER = (
    r"[0-9A-HJ-NP-RTUW-Y]{18}\d{3}[A-Z]",
    "排污许可证（登记）编号 22 位：统一社会信用代码 18 位、顺序号 3 位、字母 1 位（HJ 608-2017）；按文本填写",
)


def held_by_other(number: str, uscc: str) -> bool:
    """Whether a permit number of the right length begins with the credit code of somebody else."""
    return len(number) == 22 and bool(uscc) and not number.startswith(uscc)
