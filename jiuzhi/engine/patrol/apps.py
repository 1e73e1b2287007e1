from django.apps import AppConfig


class PatrolConfig(AppConfig):
    name = "jiuzhi.engine.patrol"
    label = "patrol"
    verbose_name = "巡查"

    def ready(self) -> None:
        from . import serving  # noqa: F401  (declares which systems are served)
