from django.apps import AppConfig


class PlanConfig(AppConfig):
    name = "jiuzhi.engine.plan"
    label = "plan"
    verbose_name = "规划"
