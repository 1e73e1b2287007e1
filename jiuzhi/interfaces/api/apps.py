from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "jiuzhi.interfaces.api"
    label = "api"
    verbose_name = "接口"
