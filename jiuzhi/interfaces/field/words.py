"""What the phone page says. The page keeps the words for use without a network."""

from django.utils.translation import gettext as _


def words() -> dict[str, str]:
    """Key → words in the language of the request."""
    return {
        "none": _("没有要巡查的任务。"),
        "login": _("请先登录"),
        "expired": _("登录已过期：请重新登录，手机上的记录不会丢。"),
        "offline": _("没有网络：照常巡查，有网时自动上传。"),
        "online": _("已连接"),
        "start": _("开始巡查"),
        "stop": _("结束巡查"),
        "walking": _("正在巡查"),
        "waiting": _("待上传"),
        "sent": _("已上传"),
        "refused": _("未接收"),
        "patrol": _("巡查记录"),
        "finding": _("发现问题"),
        "noplace": _("还没有定位：请到开阔处，并允许使用位置。"),
        "denied": _("没有位置权限：请在手机设置里允许本页使用位置。"),
        "full": _("手机存储已满：请腾出空间再记，已有记录还在。"),
        "words": _("请用一句话写明发现了什么。"),
        "stopfew": _("定位点太少，这次巡查会存疑。仍要结束？"),
        "ended": _("巡查已结束，记录存在手机上，有网时自动上传。"),
        "seeking": _("正在定位，请稍候…"),
        "minutes": _("至少 %s 分钟"),
        "metres": _("至少 %s 米"),
        "empty": _("还没有记录。"),
        "drop": _("去掉这张照片"),
        "stopq": _("结束这次巡查？"),
        "other": _("属于另一个账号，用原来的账号登录后上传"),
        "away": _("这项任务已不在您的名下；记录仍会上传，由主管核实。"),
        "closed": _("问题已办结"),
        "case": _("问题编号"),
        "saved": _("已存在手机上"),
        "retry": _("重试"),
        "sim": _("模拟数据"),
    }
