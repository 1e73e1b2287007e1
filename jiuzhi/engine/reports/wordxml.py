"""The few pieces of WordprocessingML that python-docx has no method for."""

from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

_THEMES = ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme")


def fonts_of(element: Any, east: str, latin: str) -> None:
    """Name the fonts of a run or a style: ``east`` for Chinese, ``latin`` for the rest; a theme font would win, so it goes."""
    properties = element.get_or_add_rPr()
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for theme in _THEMES:
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for slot, name in (("ascii", latin), ("hAnsi", latin), ("eastAsia", east), ("cs", latin)):
        fonts.set(qn(f"w:{slot}"), name)
    # Full-width signs such as “ ” — exist in both worlds; the hint keeps them Chinese.
    fonts.set(qn("w:hint"), "eastAsia")


def _mark(kind: str, **attributes: str) -> Any:
    run = OxmlElement("w:r")
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    for name, value in attributes.items():
        mark.set(qn(f"w:{name}"), value)
    run.append(mark)
    return run


def _instruction(text: str) -> Any:
    run = OxmlElement("w:r")
    instruction = OxmlElement("w:instrText")
    instruction.set(qn("xml:space"), "preserve")
    instruction.text = f" {text} "
    run.append(instruction)
    return run


def field(run: Any, instruction: str) -> None:
    """Put a field (PAGE …) before and around ``run``, whose text is what is shown until Word computes it."""
    element = run._element
    if not run.text:
        run.text = "1"
    element.addprevious(_mark("begin"))
    element.addprevious(_instruction(instruction))
    element.addprevious(_mark("separate"))
    element.addnext(_mark("end"))


def contents(first: Any, last: Any, instruction: str) -> None:
    """Make the paragraphs from ``first`` to ``last`` the result of a table-of-contents field that Word renews when opened."""
    start = first._element
    anchor = start.find(qn("w:pPr"))
    for element in reversed([_mark("begin", dirty="true"), _instruction(instruction), _mark("separate")]):
        if anchor is not None:
            anchor.addnext(element)
        else:
            start.insert(0, element)
    last._element.append(_mark("end"))


def bookmark(run: Any, name: str, link: bool = False) -> None:
    """Name the place of ``run``, or (``link``) make it a link to that place."""
    element = run._element
    if link:
        around = OxmlElement("w:hyperlink")
        around.set(qn("w:anchor"), name)
        around.set(qn("w:history"), "1")
        element.addprevious(around)
        around.append(element)
        return
    number = str(int(name.removeprefix("_Toc")) + 1)
    begin, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    begin.set(qn("w:id"), number)
    begin.set(qn("w:name"), name)
    end.set(qn("w:id"), number)
    element.addprevious(begin)
    element.addnext(end)


def repeat_header(row: Any) -> None:
    """Show this table row again on every page."""
    properties = row._tr.get_or_add_trPr()
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    properties.append(mark)


def keep_whole(row: Any) -> None:
    """Do not break this row across pages."""
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))


def shade(cell: Any, colour: str) -> None:
    """Fill a cell, ``colour`` as RRGGBB."""
    fill = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        fill.set(qn(f"w:{name}"), value)
    properties = cell._tc.get_or_add_tcPr()
    _before(properties, fill, "noWrap", "tcMar", "textDirection", "tcFitText", "vAlign", "hideMark")


def cell_margins(table: Any, side: Any) -> None:
    """Left and right margins of all cells, ``side`` a docx length; the default costs narrow columns a character."""
    margins = OxmlElement("w:tblCellMar")
    for name in ("left", "right"):
        edge = OxmlElement(f"w:{name}")
        edge.set(qn("w:w"), str(int(side.twips)))
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    _before(table._tbl.tblPr, margins, "tblLook", "tblCaption", "tblDescription")


def start_at_one(section: Any) -> None:
    """Count the pages of this section from 1."""
    numbering = OxmlElement("w:pgNumType")
    numbering.set(qn("w:start"), "1")
    _before(
        section._sectPr,
        numbering,
        "cols",
        "formProt",
        "vAlign",
        "noEndnote",
        "titlePg",
        "textDirection",
        "bidi",
        "docGrid",
    )


def _before(parent: Any, element: Any, *later: str) -> None:
    """Put ``element`` into its place: Word refuses children out of the schema's order."""
    names = {qn(f"w:{name}") for name in later}
    follower = next((child for child in parent if child.tag in names), None)
    if follower is None:
        parent.append(element)
    else:
        follower.addprevious(element)
