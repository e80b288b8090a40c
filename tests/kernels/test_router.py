# SPDX-License-Identifier: MIT
"""The profile `router`: one guest forwards between two others, through nftables from its image."""
from guests import Guest, direct, pack

RULES = """table inet filter {
    chain forward {
        type filter hook forward priority 0; policy drop;
        ct state established,related accept
        tcp dport 80 accept
    }
}
table ip nat {
    chain postrouting {
        type nat hook postrouting priority 100;
        oifname "eth1" masquerade
    }
}
"""
ROUTER = """ip link set eth0 up; ip addr add 10.0.1.1/24 dev eth0
ip link set eth1 up; ip addr add 10.0.2.1/24 dev eth1
nft -f /rules.nft || exit 1
echo 1 >/proc/sys/net/ipv4/ip_forward
echo router-up >/dev/console
while sleep 1; do :; done
"""
SERVER = """ip link set eth0 up; ip addr add 10.0.2.2/24 dev eth0
(while :; do echo closed-port | nc -l -p 81; done) &
echo server-up >/dev/console
while :; do echo open-port | nc -l -p 80 -e /answer; done
"""
# The peer's address is what masquerading left of ours.
ANSWER = """#!/bin/sh
echo open-port
netstat -tn | grep ':80 '
"""
CLIENT = """ip link set eth0 up; ip addr add 10.0.1.2/24 dev eth0; ip route add default via 10.0.1.1
nc -w 5 10.0.2.2 80 </dev/null
nc -w 3 10.0.2.2 81 </dev/null || echo refused
"""
APPLETS = "sh ip nc sleep netstat grep echo cat"


def image(folder, name, script, more=""):
    (folder / name).write_text("#!/bin/sh\n" + script)
    (folder / name).chmod(0o755)
    return pack(folder / f"{name}.img", f"init\napplets /bin/busybox {APPLETS}\n"
                f"file /script {folder}/{name} 0755 0 0\nrun /script\n{more}")


def cable(folder, name):
    """Its two ends, for attached()."""
    return [f"local.type=unix,local.path={folder}/{name}{mine},"
            f"remote.type=unix,remote.path={folder}/{name}{other}" for mine, other in ("ab", "ba")]


def attached(number, end):
    return ["-netdev", f"dgram,id=n{number},{end}",
            "-device", f"virtio-net-pci,netdev=n{number},mac=52:54:00:00:00:{number:02x}"]


def test_packets_pass_where_the_firewall_lets_them(tmp_path):
    (tmp_path / "rules").write_text(RULES)
    (tmp_path / "answer").write_text(ANSWER)
    (tmp_path / "answer").chmod(0o755)
    left, right = cable(tmp_path, "left"), cable(tmp_path, "right")
    router = image(tmp_path, "router", ROUTER, "program /usr/sbin/nft\n"
                   f"file /rules.nft {tmp_path}/rules 0644 0 0\n")
    server = image(tmp_path, "server", SERVER, f"file /answer {tmp_path}/answer 0755 0 0\n")
    client = image(tmp_path, "client", CLIENT)
    with Guest(tmp_path, "r", *direct("router", router, ""), *attached(1, left[0]),
               *attached(2, right[0])) as router, \
            Guest(tmp_path, "s", *direct("router", server, ""), *attached(3, right[1])) as server:
        router.wait_for("router-up")
        server.wait_for("server-up")
        with Guest(tmp_path, "c", *direct("router", client, ""), *attached(4, left[1])) as client:
            assert "exit 0" in client.end()
            said = client.said()
    assert "open-port" in said and "10.0.2.1:" in said, said
    assert "closed-port" not in said and "refused" in said, said
