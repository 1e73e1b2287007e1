from django.apps import AppConfig


class ResponseConfig(AppConfig):
    name = "jiuzhi.engine.response"
    label = "response"
    verbose_name = "预警响应"
