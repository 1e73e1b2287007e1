from django.apps import AppConfig


class MasterConfig(AppConfig):
    name = "jiuzhi.master"
    label = "master"
    verbose_name = "主数据"

    def ready(self) -> None:
        from . import registers  # noqa: F401  # fills the registry
