from django.apps import AppConfig


class ObserveConfig(AppConfig):
    name = "jiuzhi.engine.observe"
    label = "observe"
    verbose_name = "监测"
