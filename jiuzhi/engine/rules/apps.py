from django.apps import AppConfig


class RulesConfig(AppConfig):
    name = "jiuzhi.engine.rules"
    label = "rules"
    verbose_name = "规则与报警"

    def ready(self) -> None:
        from jiuzhi.engine.cases import work

        from . import (
            following,
            own,  # noqa: F401  (the rules that belong to no domain)
        )

        work.followers.append(following.follow)
