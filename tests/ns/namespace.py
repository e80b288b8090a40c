# SPDX-License-Identifier: MIT
"""namespace.py - a root directory, and one boot of /init as PID 1 of namespaces, for the tests here.

A namespace has no devtmpfs and no console: /init keeps the descriptors that it was given, and so
its messages and the program's reach the test. reboot(2) ends a PID namespace with SIGINT for a
power off and SIGHUP for a reboot, so that a PID 1 that exits by itself cannot be mistaken."""
import os
import shutil
import signal
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILD = Path(os.environ.get("RDINIT", HERE.parent.parent / "build/rdinit")).parent
UNSHARE = ["unshare", "-Urmpf", "--kill-child"]
OFF = {-signal.SIGINT, 128 + signal.SIGINT}
REBOOT = {-signal.SIGHUP, 128 + signal.SIGHUP}
INITS = ["init", "init-run"]  # both of them: what runs a program is the same


def usable():
    if not shutil.which("unshare") or not shutil.which("strace") or not shutil.which("musl-gcc"):
        return False
    probe = UNSHARE + ["sh", "-c", "mount -t proc proc /proc"]
    return subprocess.run(probe, capture_output=True).returncode == 0


def compiled(source, path):
    subprocess.run(["musl-gcc", "-static", "-O1", "-o", path, HERE / source], check=True)
    return path


class Root:
    """A root directory with /init, and the guest program as what it runs."""

    def __init__(self, path, guest, init, program="exit 7", words=""):
        self.path, self.guest = path, guest
        for name in ("bin", "etc/rdinit/cmdline.d", "dev", "proc", "sys", "run"):
            (path / name).mkdir(parents=True)
        shutil.copy(BUILD / init, path / "init")
        shutil.copy(guest, path / "bin/guest")
        self.ask(f'rdinit.run="/bin/guest {program}" {words}')

    def ask(self, words):
        # The host's own command line is read behind these words: a program that is asked for by
        # name comes before whatever it says.
        (self.path / "etc/rdinit/cmdline").write_text(
            f"rdinit.onfail=poweroff rdinit.exit=poweroff {words}\n")


class Run:
    """One boot. `inject` goes to strace, which looks at PID 1 alone, from outside."""

    def __init__(self, root, inject=None, trace=None, stdin=b"", entry=None):
        self.process = subprocess.Popen(UNSHARE + [entry or root.guest, "enter", root.path],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT)
        assert os.read(self.process.stdout.fileno(), 1) == b"?"
        self.tracer = None
        self.console = ""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        self.pid = int(children.split()[0])
        if trace:
            options = ["-e", f"inject={inject}"] if inject else []
            self.tracer = subprocess.Popen(["strace", "-o", trace, "-p", str(self.pid)] + options,
                                           stderr=subprocess.PIPE)
            assert b"attached" in self.tracer.stderr.readline()
        self.process.stdin.write(b"!" + stdin)
        self.process.stdin.close()
        self.process.stdin = None

    def read_until(self, text):
        while text not in self.console:
            more = os.read(self.process.stdout.fileno(), 4096)
            assert more, self.console
            self.console += more.decode(errors="replace")

    def end(self, timeout=20):
        """The exit status of unshare, or None where it hangs (and is killed)."""
        status = None
        try:
            self.console += self.process.communicate(timeout=timeout)[0].decode(errors="replace")
            status = self.process.returncode
        except subprocess.TimeoutExpired:
            os.kill(self.pid, signal.SIGTERM)  # what waits for a request takes this as one
            try:
                out = self.process.communicate(timeout=timeout)[0]
                status = self.process.returncode
            except subprocess.TimeoutExpired:
                self.process.kill()
                os.kill(self.pid, signal.SIGKILL)
                out = self.process.communicate()[0]
            self.console += out.decode(errors="replace")
        if self.tracer:
            self.tracer.communicate()
        return status
