from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "jiuzhi.interfaces.portal"
    label = "portal"
    verbose_name = "公众网站"
