"""Fills the engines' registries from every domain when the application starts."""

import importlib
import pkgutil

from django.apps import AppConfig

DECLARATIONS = ("indicators", "registers", "rules", "workflows", "layers")


class DomainsConfig(AppConfig):
    name = "jiuzhi.domains"
    label = "domains"
    verbose_name = "九治"

    def ready(self) -> None:
        import jiuzhi.domains as package

        for domain in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
            if not domain.ispkg:
                continue
            present = {
                m.name
                for m in pkgutil.iter_modules([f"{package.__path__[0]}/{domain.name.rsplit('.', 1)[1]}"])
            }
            for part in DECLARATIONS:
                if part in present:
                    importlib.import_module(f"{domain.name}.{part}")
