"""The gateway: instruments connect here. It keeps what they send, acknowledges it when it is on disk, and says what was wrong.

One event loop without threads: what arrived in one turn is committed together and acknowledged together. While the disk is slow nothing is
read, so the devices wait in TCP's own queue instead of in our memory.
"""
