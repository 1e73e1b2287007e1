from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "jiuzhi.interfaces.web"
    label = "web"
    verbose_name = "工作台"
