"""Code lists of HJ 212: HJ 212-2017 clause 6 and appendices; codes that implementations of the 2025 edition alone name are `UNREAD`."""

EDITIONS = {0: "2005", 1: "2017", 2: "2025"}  # the version bits of the flag
INTERACTION = "91"
SYSTEMS = {
    "21": "地表水质量", "22": "空气质量", "23": "声环境质量", "24": "地下水质量", "25": "土壤质量", "26": "海水质量", "27": "挥发性有机物",
    "31": "大气污染源", "32": "地表水体污染源", "33": "地下水体污染源", "34": "海洋污染源", "35": "土壤污染源", "36": "声污染源", "37": "振动污染源",
    "38": "放射性污染源", "39": "工地扬尘", "41": "电磁环境污染源", "51": "烟气排放过程", "52": "污水排放过程", "91": "系统交互",
}  # fmt: skip
MARKS = {
    "N": "正常", "F": "停运", "M": "维护", "S": "手工设定", "D": "故障", "C": "校准", "T": "超量程", "B": "与数采仪通讯中断",
}  # fmt: skip
# HJ/T 212-2005 has more, and air stations mark with digits; its text was not read (UNREAD).
MARKS_2005 = MARKS | {"P": "电源故障", "0": "校准数据", "1": "气象参数", "2": "异常数据", "3": "正常数据"}
NORMAL = {"2005": frozenset("N13")}  # edition → marks of values that can be used; in the others "N" alone


def is_normal(mark: str, edition: str) -> bool:
    """Whether a value so marked can be used; one without a mark can."""
    return not mark or mark in NORMAL.get(edition, ("N",))


QN_RETURNS = {
    "1": "准备执行", "2": "拒绝", "3": "PW 错误", "4": "MN 错误", "5": "ST 错误", "6": "Flag 错误", "7": "QN 错误", "8": "CN 错误",
    "9": "CRC 错误", "100": "未知错误",
}  # fmt: skip
EXE_RETURNS = {
    "1": "成功", "2": "失败，原因不明", "3": "命令条件错误", "4": "超时", "5": "系统繁忙", "6": "系统故障", "100": "没有数据",
}  # fmt: skip
# Command → who says it ("request" and "inform" of the platform, "upload" and "notify" of the device, "interactive" of both) and its name.
_LISTED = {
    "1000": ("request", "设置超时与重发"),
    "1011": ("request upload", "现场时间"),
    "1012": ("request", "设置现场时间"),
    "1013": ("notify", "校时请求"),
    "1061": ("request upload", "实时数据间隔"),
    "1062": ("request", "设置实时数据间隔"),
    "1063": ("request upload", "分钟数据间隔"),
    "1064": ("request", "设置分钟数据间隔"),
    "1072": ("request", "设置访问密码"),
    "2011": ("request upload", "实时数据"),
    "2012": ("inform", "停止实时数据"),
    "2021": ("request upload", "设备运行状态"),
    "2022": ("inform", "停止设备运行状态"),
    "2031": ("request upload", "日数据"),
    "2041": ("request upload", "设备运行时间日历史"),
    "2051": ("request upload", "分钟数据"),
    "2061": ("request upload", "小时数据"),
    "2081": ("upload", "数采仪开机时间"),
    "3011": ("request", "零点与量程校准"),
    "3012": ("request", "即时采样"),
    "3013": ("request", "清洗与反吹"),
    "3014": ("request", "比对采样"),
    "3015": ("request upload", "超标留样"),
    "3016": ("request", "设置采样周期"),
    "3017": ("request upload", "采样周期"),
    "3018": ("request upload", "出样时间"),
    "3019": ("request upload", "设备唯一标识"),
    "3020": ("request upload", "现场机信息"),
    "3021": ("request", "设置现场机参数"),
    "9011": ("interactive", "请求应答"),
    "9012": ("interactive", "执行结果"),
    "9013": ("interactive", "通知应答"),
    "9014": ("interactive", "数据应答"),
}
UNREAD = {  # named by implementations of the 2025 edition; its text was not read
    "1001": ("upload", "数采仪硬件序列号"),
    "1002": ("request", "设置数采仪 MN"),
    "1014": ("request upload", "会话密钥"),
    "2013": ("request upload", "原始周期监测数据"),
    "2052": ("request upload", "噪声单次测量"),
    "2062": ("request upload", "自动标样核查数据"),
    "2111": ("upload", "炉膛温度 5 分钟均值"),
    "3022": ("request", "即时留样"),
    "3024": ("request", "启动标样核查"),
    "9015": ("interactive", "心跳"),
}
COMMANDS = {code: said for code, (said, _) in (_LISTED | UNREAD).items()}
NAMES = {code: name for code, (_, name) in (_LISTED | UNREAD).items()}
RTD_INTERVAL = (30, 3600)  # [s] between real-time readings
MIN_INTERVALS = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)  # [min] of minute readings
READINGS = frozenset(
    ["2011", "2021", "2031", "2041", "2051", "2061", "2013", "2052", "2062", "2111"]
)  # carry DataTime
