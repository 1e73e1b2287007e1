from django.apps import AppConfig


class ScoringConfig(AppConfig):
    name = "jiuzhi.engine.scoring"
    label = "scoring"
    verbose_name = "考核评分"

    def ready(self) -> None:
        from . import measures, serving  # noqa: F401  (they declare what can be measured, and what is served)
