"""Byte codecs of what instruments speak: no input or output, no clock, no Django. The same code serves a socket, a log file and a fuzzer."""
