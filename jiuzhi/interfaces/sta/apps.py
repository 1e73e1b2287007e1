from django.apps import AppConfig


class StaConfig(AppConfig):
    name = "jiuzhi.interfaces.sta"
    label = "sta"
    verbose_name = "传感器接口"
