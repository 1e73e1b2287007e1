from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "jiuzhi.core"
    label = "core"
    verbose_name = "基础"
