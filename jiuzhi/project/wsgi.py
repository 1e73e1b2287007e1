"""The WSGI entry that granian serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiuzhi.project.settings")
application = get_wsgi_application()
# What was loaded stays for good: left among the young, it is walked again in the middle of requests, a third of a second each time.
gc.collect()
gc.freeze()
