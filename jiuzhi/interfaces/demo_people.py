"""The people of the demo: (user name, title, unit, role). Only `jiuzhi demo` creates them, and it prints the password."""

LOGINS = [
    ("chengkou", "城口规划专员", "500229", "plan_officer"),
    ("shizhu", "石柱规划专员", "500240", "plan_officer"),
    ("shuili", "城口县水利局填报人", "500229-县水利局", "unit"),
    ("hezhang", "任河河长（演示）", "500229-县水利局", "chief"),
    ("lingdao", "两县分管领导（演示）", "500000", "leader"),
]
PASSWORD = "jiuzhi-demo"
LIVE_COUNTY = "500229"  # whose simulated instruments report while the demo runs
