from django.apps import AppConfig


class NotifyConfig(AppConfig):
    name = "jiuzhi.engine.notify"
    label = "notify"
    verbose_name = "通知"
