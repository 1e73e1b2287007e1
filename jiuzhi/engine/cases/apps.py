from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "jiuzhi.engine.cases"
    label = "cases"
    verbose_name = "问题闭环"

    def ready(self) -> None:
        from jiuzhi.engine.plan import values

        from . import approval, serving, workflows  # noqa: F401  (they declare what every domain shares)

        values.followers.append(approval.follow)
