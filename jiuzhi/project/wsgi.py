"""The WSGI entry that granian serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiuzhi.project.settings")
application = get_wsgi_application()
# Every page and the types of the API are made ready here, so that the first visitor does not wait for them.
_ready = get_resolver().url_patterns
# What is loaded now stays for good: among the young it would be walked again in the middle of requests, half a second each time.
gc.collect()
gc.freeze()
