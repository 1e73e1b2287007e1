from django.apps import AppConfig


class FieldConfig(AppConfig):
    name = "jiuzhi.interfaces.field"
    label = "field"
    verbose_name = "移动巡查"
