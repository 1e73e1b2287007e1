from django.apps import AppConfig


class PatrolConfig(AppConfig):
    name = "jiuzhi.engine.patrol"
    label = "patrol"
    verbose_name = "巡查"
