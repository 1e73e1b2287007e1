"""Codes of SL 651-2014: functions, ends of a frame, elements."""

STX, SYN = 0x02, 0x16  # begin of a body: whole, one of several packets
ETX, ETB, ENQ, EOT, ACK, NAK, ESC = 0x03, 0x17, 0x05, 0x04, 0x06, 0x15, 0x1B
ENDS = {
    ETX: "报文结束", ETB: "后面还有", ENQ: "询问", EOT: "结束通信", ACK: "确认", NAK: "否认", ESC: "结束，保持在线",
}  # fmt: skip

FUNCTIONS = {
    0x2F: "链路维持报", 0x30: "测试报", 0x31: "均匀时段报", 0x32: "定时报", 0x33: "加报", 0x34: "小时报", 0x35: "人工置数报", 0x36: "图片",
    0x37: "查询实时数据", 0x38: "查询时段数据", 0x39: "查询人工置数", 0x3A: "查询指定要素", 0x40: "修改基本配置", 0x41: "查询基本配置",
    0x42: "修改运行参数", 0x43: "查询运行参数", 0x44: "查询水泵电机", 0x45: "查询软件版本", 0x46: "查询状态和报警", 0x47: "初始化固态存储",
    0x48: "恢复出厂设置", 0x49: "修改密码", 0x4A: "设置时钟", 0x4B: "设置 IC 卡状态", 0x4C: "控制水泵", 0x4D: "控制阀门", 0x4E: "控制闸门",
    0x4F: "水量定值控制", 0x50: "查询事件记录", 0x51: "查询时钟",
}  # fmt: skip
# Functions whose uplink body gives the class of the station behind its address, and those that hold elements behind that.
CLASSED = frozenset([0x30, 0x31, 0x32, 0x33, 0x34, 0x37, 0x38, 0x3A, 0x44])
ELEMENTARY = CLASSED | {0x35, 0x39, 0x46}

# Element → (name, unit). The first were seen in published frames.
ELEMENTS = {
    "20": ("当前降水量", "mm"), "26": ("降水量累计值", "mm"), "38": ("电源电压", "V"), "39": ("瞬时河道水位、潮位", "m"),
    "45": ("状态和报警信息", ""), "F4": ("1 小时内每 5 分钟时段雨量", "mm"), "F5": ("1 小时内每 5 分钟相对水位", "m"),
}  # fmt: skip
UNREAD = {
    "02": ("瞬时气温", "℃"), "03": ("瞬时水温", "℃"), "1A": ("1 小时时段降水量", "mm"), "1F": ("日降水量", "mm"), "22": ("5 分钟时段降水量", "mm"),
    "27": ("瞬时流量", "m3/s"), "37": ("瞬时流速", "m/s"), "3A": ("库（闸）下水位", "m"), "3B": ("库（闸）上水位", "m"), "46": ("pH 值", ""),
    "47": ("溶解氧", "mg/L"), "48": ("电导率", "µS/cm"), "49": ("浊度", "NTU"), "4A": ("高锰酸盐指数", "mg/L"), "4C": ("氨氮", "mg/L"),
    "4D": ("总磷", "mg/L"), "4E": ("总氮", "mg/L"),
}  # fmt: skip
