"""The shared objects as registers, so that people keep them in Excel and on screen like any other."""

from jiuzhi.core.registers import Register

from .models import Device, Enterprise, Site, Village, WaterBody

enterprise = Register(
    model=Enterprise, about="各领域共用的企业名录：一家企业只登记一次，其他台账都引用它。",
    columns=["uscc", "name", "industry", "scale", "status", "org"], public=["name", "industry", "status"],
    sensitive=["contact", "phone"], holder="unit", lookup=["name"],
)  # fmt: skip

site = Register(
    model=Site, about="各领域共用的场所：厂、矿、场、库、园区。领域台账挂在场所上，不另建一份。",
    columns=["code", "name", "kind", "enterprise", "org"], public=["name", "kind"], holder="enterprise__unit", lookup=["name"],
)  # fmt: skip

water_body = Register(
    model=WaterBody, about="河流、湖泊、水库、沟渠的名录，断面、排污口、水源地等都引用它。",
    columns=["name", "kind", "code", "length_km", "flows_into", "org"], public=["name", "kind", "length_km"], lookup=["aliases"],
)  # fmt: skip

village = Register(
    model=Village, about="行政村和社区名录；农村各项治理以村为单位登记。",
    columns=["code", "name", "households", "population", "org"], public=["name"], lookup=["name"],
)  # fmt: skip

device = Register(
    model=Device, about="自动监测设备（数采仪、遥测站、传感器）：在册且在用的，通讯网关才收它的数据。",
    columns=["code", "name", "protocol", "station", "enterprise", "state", "org"],
    sensitive=["password", "key_secret", "old_secret", "sources"], holder="enterprise__unit", lookup=["name"],
)  # fmt: skip
