from django.apps import AppConfig


class MasterConfig(AppConfig):
    name = "jiuzhi.master"
    label = "master"
    verbose_name = "主数据"
