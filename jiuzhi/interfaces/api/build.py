"""The operations of one register, generated from its declaration."""

import tempfile
from pathlib import Path
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Body, File, NinjaAPI, Query, UploadedFile
from ninja import Path as InPath
from pydantic import Field

from jiuzhi.core.registers import Register, reading
from jiuzhi.engine.exchange.dry_run import CREATE, ERROR, SAME, UPDATE, dry_run
from jiuzhi.engine.exchange.read import FileFault, read

from . import schemas, work
from .problems import Refused
from .schemas import Problem
from .values import answer

_ID = Annotated[int, Field(ge=1, le=2**63 - 1)]
_Why = Annotated[str, Field(min_length=1, max_length=180, description="删除的原因")]
_READ = frozenset({401, 403, 404, 422, 429, 500})
_WRITE = frozenset({400, 401, 403, 404, 409, 422, 429, 500})
_LARGEST = 20 * 1024 * 1024  # bytes of a file tried out here; larger ones go through the import page
_MANY = 1000  # faults and notes answered


class Operations:
    """Adds the operations of ``register`` to ``api``."""

    def __init__(self, api: NinjaAPI, register: Register) -> None:
        schemas.check(register)
        self.api, self.register = api, register
        self.name = schemas.name_of(register)
        self.at = f"/registers/{register.code}"
        self.record = schemas.shown(register)
        self._reads()
        self._writes()
        self._steps()
        self._import()

    def _add(
        self, method: str, path: str, view: Any, verb: str, said: str, good: Any, status: int = 200
    ) -> None:
        refused = _READ if method == "GET" else _WRITE
        self.api.default_router.add_api_operation(
            self.at + path, [method], view, auth=self.api.auth, response={status: good, refused: Problem},
            operation_id=f"{verb}{self.name}", summary=said, tags=[self.register.title],
        )  # fmt: skip

    def _reads(self) -> None:
        register = self.register
        Asked, LayerAsked = schemas.asked(register), schemas.asked(register, paged=False)
        known, several = _names(Asked)
        placed = _names(LayerAsked)

        def listing(request: HttpRequest, asked: Query[Asked]) -> HttpResponse:  # type: ignore[valid-type]
            work.only_known(request, known, several)
            return work.listed(request, register, asked)

        def one(request: HttpRequest, id: InPath[_ID]) -> HttpResponse:
            work.only_known(request, set(), set())
            return work.answered(request, register, work.one(register, work.user(request), id))

        def history(request: HttpRequest, id: InPath[_ID]) -> HttpResponse:
            work.only_known(request, set(), set())
            return work.history(request, register, id)

        def layer(request: HttpRequest, asked: Query[LayerAsked]) -> HttpResponse:  # type: ignore[valid-type]
            work.only_known(request, *placed)
            return work.features(request, register, asked)

        title = register.title
        page = schemas.page(register, self.record)
        self._add("GET", "/records", listing, "list", f"{title}：查询", page)
        self._add("GET", "/records/{id}", one, "get", f"{title}：一条", self.record)
        self._add("GET", "/records/{id}/history", history, "history", f"{title}：变更记录", schemas.History)
        if register.placed:
            self._add("GET", "/layer", layer, "layer", f"{title}：GeoJSON 图层", schemas.Layer)

    def _writes(self) -> None:
        register = self.register
        Created, Changed = schemas.created(register), schemas.changed(register)

        def create(
            request: HttpRequest, given: Body[Created], where: Query[schemas.Where]  # type: ignore[valid-type]
        ) -> HttpResponse:  # fmt: skip
            work.only_known(request, {"county"}, set())
            return work.create(request, register, given, where.county)

        def change(request: HttpRequest, id: InPath[_ID], given: Body[Changed]) -> HttpResponse:  # type: ignore[valid-type]
            work.only_known(request, set(), set())
            return work.change(request, register, id, given)

        def remove(request: HttpRequest, id: InPath[_ID], why: Query[_Why]) -> HttpResponse:
            work.only_known(request, {"why"}, set())
            return work.remove(request, register, id, why)

        title = register.title
        self._add("POST", "/records", create, "create", f"{title}：新增", self.record, 201)
        self._add("PATCH", "/records/{id}", change, "change", f"{title}：修改", self.record)
        self._add("DELETE", "/records/{id}", remove, "delete", f"{title}：删除", None, 204)

    def _steps(self) -> None:
        life = self.register.lifecycle
        for number, step in enumerate(life.steps if life else (), 1):
            self._step(number, step)

    def _step(self, number: int, step: Any) -> None:
        register = self.register
        Given = schemas.stepped(register, step, number)

        def take(request: HttpRequest, id: InPath[_ID], given: Body[Given]) -> HttpResponse:  # type: ignore[valid-type]
            work.only_known(request, set(), set())
            return work.step(request, register, id, step, given)

        said = f"{register.title}：办理“{step.name}”（{'、'.join(step.start)} → {step.end}）"
        self._add("POST", f"/records/{{id}}/steps/{step.name}", take, f"step{number}", said, self.record)

    def _import(self) -> None:
        register = self.register

        def trial(
            request: HttpRequest, file: File[UploadedFile], where: Query[schemas.Where]
        ) -> HttpResponse:
            work.only_known(request, {"county"}, set())
            return _tried(request, register, file, where.county)

        self._add(
            "POST", "/import", trial, "tryImport", f"{register.title}：试导入（不写入）", schemas.ImportReport
        )


def _names(model: Any) -> tuple[set[str], set[str]]:
    """The parameters of a query, and those that may be given several times."""
    several = {n for n, f in model.model_fields.items() if f.default == []}
    return set(model.model_fields), several


def _tried(request: HttpRequest, register: Register, file: UploadedFile, code: str | None) -> HttpResponse:
    who = work.user(request)
    if not any(reading.may(register, who, a) for a in ("create_record", "change_record")):
        work.allowed(register, who, "create_record")
    county = work.county_of(who, code, "create_record") or work.only_county(who)
    if file.size and file.size > _LARGEST:
        raise Refused(422, "文件超过 20 MB：请拆分，或在导入页面上传。")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("file" + Path(file.name or "").suffix.lower()[:8])
        path.write_bytes(file.read())
        try:
            outcome = dry_run(register, county, read(path, register, (file.name or "文件")[:120]), who)
        except FileFault as error:
            raise Refused(422, f"{str(error).rstrip('。')}。") from error
    return answer(
        {
            "create": outcome.count(CREATE), "update": outcome.count(UPDATE), "same": outcome.count(SAME),
            "error": outcome.count(ERROR), "unknown": outcome.table.unknown,
            "faults": [
                {"row": f.row, "field": f.field, "title": f.title, "cell": f.cell, "said": f.said}
                for f in outcome.faults[:_MANY]
            ],
            "notes": [f"第 {row} 行：{said}" for row, said in outcome.notes[:_MANY]],
        }
    )  # fmt: skip
