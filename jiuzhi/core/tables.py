"""Tables that people keep by hand in Excel beside a plan pack (stations.csv, bindings.csv)."""

import csv
from collections.abc import Sequence
from pathlib import Path

from django.core.exceptions import ValidationError

from . import files


def read_table(path: Path, columns: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """A hand-kept CSV: (row as Excel numbers it, cells of ``columns`` without blanks around); empty rows are passed over.

    Errors: ``ValidationError``, one Chinese sentence: the file, what is wrong with it, how to mend it.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in columns if name not in (reader.fieldnames or [])]
            if missing:
                raise ValidationError(
                    f"{path.name} 缺少列 {'、'.join(missing)}：请按 {','.join(columns)} 补齐表头"
                )
            listed = [
                (n, {name: (row[name] or "").strip() for name in columns}) for n, row in enumerate(reader, 2)
            ]
    except UnicodeDecodeError as error:
        raise ValidationError(f"{path.name} 不是 UTF-8 编码：请在 Excel 中另存为“CSV UTF-8”") from error
    except OSError as error:
        raise ValidationError(
            f"{path.name} 读不出来（{files.why(error)}）：请核对它是文件且有读取权限"
        ) from error
    except csv.Error as error:
        raise ValidationError(f"{path.name} 读不出来（{error}）：请在 Excel 中另存为“CSV UTF-8”") from error
    return [(number, row) for number, row in listed if any(row.values())]
