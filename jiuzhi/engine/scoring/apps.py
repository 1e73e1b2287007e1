from django.apps import AppConfig


class ScoringConfig(AppConfig):
    name = "jiuzhi.engine.scoring"
    label = "scoring"
    verbose_name = "考核评分"
