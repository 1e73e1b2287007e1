from django.apps import AppConfig


class ResponseConfig(AppConfig):
    name = "jiuzhi.engine.response"
    label = "response"
    verbose_name = "预警响应"

    def ready(self) -> None:
        from . import serving  # noqa: F401  (declares which systems are served)
