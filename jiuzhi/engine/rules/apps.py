from django.apps import AppConfig


class RulesConfig(AppConfig):
    name = "jiuzhi.engine.rules"
    label = "rules"
    verbose_name = "规则与报警"

    def ready(self) -> None:
        from . import own  # noqa: F401  (the rules that belong to no domain)
