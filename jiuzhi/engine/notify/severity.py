"""How urgent what is told is, mildest first: of an alarm, of its message, of what a channel lets through."""

SEVERITIES = {"info": "提示", "low": "一般", "mid": "较重", "high": "重要", "critical": "紧急"}
