from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "jiuzhi.engine.indicators"
    label = "indicators"
    verbose_name = "指标"
