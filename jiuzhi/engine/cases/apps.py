from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "jiuzhi.engine.cases"
    label = "cases"
    verbose_name = "问题闭环"

    def ready(self) -> None:
        from . import workflows  # noqa: F401  (declares what every domain shares)
