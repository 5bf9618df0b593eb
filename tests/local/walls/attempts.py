"""What programs try to get out of a sandbox, as data.

A program is Python. `t` has tools (`attempt_runner.Tools`), `f` facts about the host; one that comes to its end has succeeded. `control` says
where the same program does succeed, so that one which only fails because it is broken is noticed:

- `filter`: in a sandbox without the filter of system calls, or in a user namespace there,
- `outside`: on the host, as whoever runs the tests, where the machine has what is tried,
- `beside`: aimed at an ordinary process of the sandbox instead of the daemon.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attempt:
    name: str
    program: str
    control: str


def _calls() -> list[Attempt]:
    buffer = "ctypes.create_string_buffer(4096)"
    programs = {
        "the session keyring": 't.call("keyctl", 0, -3, 0)',
        "a keyring joined": 't.call("keyctl", 1, 0)',
        "a key left": 't.call("add_key", "user", "mark", "x", 1, -3)',
        "a key asked for": 't.reach("request_key", "user", "mark", 0, -3)',
        "io_uring": f't.call("io_uring_setup", 1, {buffer})',
        "io_uring of another": 't.reach("io_uring_enter", -1, 0, 0, 0, 0, 0)',
        "io_uring registered": 't.reach("io_uring_register", -1, 0, 0, 0)',
        "userfaultfd": 't.call("userfaultfd", 1)',
        "fanotify": 't.call("fanotify_init", 0x200, 0)',
        "a mark of fanotify": 't.reach("fanotify_mark", -1, 0, 0, 0, 0)',
        "perf": 't.reach("perf_event_open", 0, 0, -1, -1, 0)',
        "a tree as descriptor": 't.call("open_tree", -100, "/", 0)',
        "a file system's settings": 't.reach("fsconfig", -1, 0, 0, 0, 0)',
        "a clock that is none": f't.reach("clock_settime", 99, {buffer})',
        "the clock's drift": 't.reach("adjtimex", 0)',
        "another clock's drift": f't.reach("clock_adjtime", 99, {buffer})',
        "quotas": 't.reach("quotactl", 0x7fffff00, "/", 0, 0)',
        "quotas by descriptor": 't.reach("quotactl_fd", -1, 0x7fffff00, 0, 0)',
        "where memory lies": 't.reach("mbind", 0, 0, 0, 0, 0, 0)',
        "where memory shall lie": 't.reach("set_mempolicy", 0, 0, 0)',
        "memory moved": 't.reach("move_pages", 0, 0, 0, 0, 0, 0)',
        "memory migrated": 't.reach("migrate_pages", 0, 0, 0, 0)',
        "memory's home": 't.reach("set_mempolicy_home_node", 0, 0, 0, 0)',
        "segments of the processor": f't.reach("modify_ldt", 0, {buffer}, 8)',
        "a device's statistics": f't.reach("ustat", 0, {buffer})',
        "names of file systems": 't.call("sysfs", 3)',
        "ports of the processor": 't.call("iopl", 0)',
        "one port of the processor": 't.call("ioperm", 0, 1, 0)',
        "a call of 32-bit programs": "t.call_32()",
        "typing into a terminal": 't.reach("ioctl", t.own_terminal(), 0x5412, "x")',
        "typing with bits that are not looked at": 't.reach("ioctl", t.own_terminal(), 0x5412 | 1 << 32, "x")',
        "the console's menu": 't.reach("ioctl", t.own_terminal(), 0x541C, "x")',
    }
    for number, what in ((457, "statmount"), (458, "listmount"), (461, "lsm_list_modules"), (467, "open_tree_attr"), (468, "file_getattr")):  # fmt: skip
        programs[f"a newer call: {what}"] = (
            f'f["numbers"]["new"] = {number}; t.reach("new", 0, 0, 0, 0, 0, 0)'
        )
    for bits, what in ((0x400000, "all memory executable"), (0x100000, "memory at zero"), (0x200000, "old layout"), (0x800000, "32-bit addresses")):  # fmt: skip
        programs[f"personality: {what}"] = f't.call("personality", {bits})'
    return [Attempt(name, program, "filter") for name, program in programs.items()]


def _administration() -> list[Attempt]:
    programs = {
        "bpf": 't.reach("bpf", 0, 0, 0)',
        "a file by number": 't.reach("open_by_handle_at", -1, 0, 0)',
        "a new file system": 't.call("fsopen", "tmpfs", 0)',
        "a file system mounted anew": 't.reach("fsmount", -1, 0, 0)',
        "a file system picked": 't.reach("fspick", -1, "", 0)',
        "a mount moved": 't.reach("move_mount", -1, "", -1, "", 0x4)',
        "a mount's flags": 't.reach("mount_setattr", -1, "", 0x1000, 0, 0)',
        "a module loaded": 't.reach("init_module", 0, 0, "")',
        "a module loaded from a file": 't.reach("finit_module", -1, "", 0)',
        "a module removed": 't.reach("delete_module", "no_such_module", 0x800)',
        "another kernel": 't.reach("kexec_load", 0, 99, 0, 0)',
        "another kernel from files": 't.reach("kexec_file_load", -1, -1, 0, 0, 0xFF)',
        "reboot": 't.reach("reboot", 0, 0, 0, 0)',
        "the time of day": 't.call("settimeofday", 0, 0)',
        "accounts": 't.reach("acct", "/no/such/file")',
        "swap": 't.reach("swapon", "/no/such/file", 0)',
        "no swap": 't.reach("swapoff", "/no/such/file")',
        "messages of the kernel": 't.call("syslog", 10, 0, 0)',
        "a mount": 't.call("mount", "none", t.place(), "tmpfs", 0, 0)',
        "another /proc": 't.call("mount", "proc", t.place(), "proc", 0, 0)',
        "another /sys": 't.call("mount", "sysfs", t.place(), "sysfs", 0, 0)',
        "a directory mounted again": 'd = t.place(); t.call("mount", "/etc", d, 0, 4096, 0)',
        "a mount taken away": 'd = t.place(); t.call("mount", d, d, 0, 4096, 0); t.call("umount2", d, 2)',
        "mounts of its own": 't.call("unshare", 0x20000)',
        "a network of its own": 't.call("unshare", 0x40000000)',
        "processes of its own": 't.call("unshare", 0x20000000)',
        "messages of its own": 't.call("unshare", 0x08000000)',
        "names of its own": 't.call("unshare", 0x04000000)',
        "control groups of its own": 't.call("unshare", 0x02000000)',
        "the host's name": 'n = os.uname().nodename; t.call("sethostname", n, len(n))',
        "the domain's name": 't.call("setdomainname", "x", 1)',
        "going first": "os.setpriority(os.PRIO_PROCESS, 0, -5)",
        "going first of all": "os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))",
        "a disk": 'p = t.place() + "/disk"; os.mknod(p, 0o60600, os.makedev(8, 0))',
        "memory as a device": 'p = t.place() + "/mem"; os.mknod(p, 0o20600, os.makedev(1, 1))',
        "the kernel's log as a device": 'p = t.place() + "/kmsg"; os.mknod(p, 0o20600, os.makedev(1, 11))',
        "a file that stays": 'p = t.place() + "/f"; Path(p).touch(); os.setxattr(p, "trusted.mark", b"x")',
        "a group of the host's": "os.setgroups([1 << 20])",
        "a user of the host's": "os.setresuid(1 << 20, 1 << 20, 1 << 20)",
        "a file given to the host's": 'p = t.place() + "/f"; Path(p).touch(); os.chown(p, 1 << 20, -1)',
    }  # fmt: skip
    return [Attempt(name, program, "outside") for name, program in programs.items()]


def _sockets() -> list[Attempt]:
    kinds = {
        "vsock": (40, 1, 0), "vsock with bits that are not looked at": (40 | 1 << 32, 1, 0), "the kernel's ciphers": (38, 5, 0),
        "packets": (17, 3, 0), "packets, cooked": (17, 2, 0), "keys of IPsec": (15, 3, 2), "rxrpc": (33, 2, 2), "tipc": (30, 2, 0), "can": (29, 3, 1),
        "bluetooth": (31, 3, 1), "rds": (21, 5, 0), "llc": (26, 2, 0), "kcm": (41, 2, 0), "smc": (43, 1, 0), "xdp": (44, 3, 0),
        "qipcrtr": (42, 2, 0), "appletalk": (5, 2, 0), "x25": (9, 5, 0), "ieee 802.15.4": (36, 2, 0), "pppox": (24, 1, 0),
        "raw IPv4": (2, 3, 1), "raw IPv4 of its own": (2, 3, 255), "raw IPv6": (10, 3, 58), "sctp": (2, 1, 132), "sctp in messages": (2, 5, 132),
        "mptcp": (2, 1, 262), "mptcp over IPv6": (10, 1, 262), "dccp": (2, 6, 33), "l2tp": (2, 2, 115), "udplite": (2, 2, 136),
    }  # fmt: skip
    netlinks = {
        "usersock": 2, "diagnosis": 4, "xfrm": 6, "iscsi": 8, "audit": 9, "routes looked up": 10, "connector": 11, "netfilter": 12,
        "devices": 15, "generic": 16, "scsi": 18, "rdma": 20, "crypto": 21,
    }  # fmt: skip
    kinds |= {f"netlink: {name}": (16, 3, protocol) for name, protocol in netlinks.items()}
    return [
        Attempt(f"socket: {name}", f't.call("socket", {family}, {kind}, {protocol})', "filter")
        for name, (family, kind, protocol) in kinds.items()
    ]


def _daemon() -> list[Attempt]:
    target = "/proc/{f['target']}"
    contents = ("environ", "maps", "smaps", "auxv", "io", "personality")
    programs = {f"the daemon's {name}": f't.read(f"{target}/{name}")' for name in contents}
    programs |= {f"the daemon's {name}": f'os.open(f"{target}/{name}", 0)' for name in ("mem", "pagemap")}
    links = ("fd/0", "root", "cwd", "exe", "ns/mnt", "ns/user", "ns/net")
    programs |= {f"the daemon's {name}": f'os.readlink(f"{target}/{name}")' for name in links}
    vector = "(ctypes.c_size_t * 2)(ctypes.addressof(ctypes.create_string_buffer(8)), 8)"
    programs |= {
        "a descriptor of the daemon": 't.call("pidfd_getfd", os.pidfd_open(f["target"]), 0, 0)',
        "tracing the daemon": 't.call("ptrace", 16, f["target"], 0, 0)',
        "tracing the daemon without a stop": 't.call("ptrace", 0x4206, f["target"], 0, 0)',
        "reading the daemon": f'v = {vector}; t.reach("process_vm_readv", f["target"], v, 1, v, 1, 0)',
        "writing the daemon": f'v = {vector}; t.reach("process_vm_writev", f["target"], v, 1, v, 1, 0)',
        "comparing the daemon": 't.call("kcmp", os.getpid(), f["target"], 1, 0, 0)',
        "the daemon's locks": f't.call("get_robust_list", f["target"], {vector}, {vector})',
    }
    return [Attempt(name, program, "beside") for name, program in programs.items()]


def _files() -> list[Attempt]:
    ways = {
        "by its name": "{}",
        "by its own root": "/proc/self/root{}",
        "by the directories above": "../../../../../../../../../..{}",
        "by the directory it is in": "/proc/self/cwd/../../../../../../..{}",
        "by another thread's root": "/proc/thread-self/root{}",
    }
    programs = {
        f"a file of the host {name}": f't.read({way!r}.format(f["secret"]))' for name, way in ways.items()
    }
    escape = 'd = os.open("/", 0); p = t.place(); os.chroot(p); os.fchdir(d); [os.chdir("..") for _ in range(64)]; os.chroot("."); t.read(f["secret"])'
    link = 'p = t.place() + "/link"; os.symlink(f["secret"], p); t.read(p)'
    hard = 'p = os.path.dirname(f["secret"]) + "/hard"; os.link(f["secret"], p); os.unlink(p)'
    programs |= {
        "a file of the host out of a chroot": escape,
        "a file of the host by a link": link,
        "another name for a file of the host": hard,
        "a file of the host by a fresh namespace": 't.call("unshare", 0x10020000); t.read(f["secret"])',
        "the state of the server": 'os.listdir(f["state"])',
        "the server's lock": 't.read(f["state"] + "/lock")',
        "password hashes": 't.read("/etc/shadow")',
        "hashes of groups": 't.read("/etc/gshadow")',
        "what packages were told in confidence": 'os.listdir("/var/cache/debconf")',
        "what the host starts with": 'os.listdir("/boot")',
        "processes by name": "os.listdir(f\"/proc/{f['host_pid']}/task\")",
    }
    return [Attempt(name, program, "outside") for name, program in programs.items()]


def _kernel() -> list[Attempt]:
    settings = (
        "sys/kernel/core_pattern", "sys/kernel/modprobe", "sys/kernel/hostname", "sys/kernel/domainname", "sys/kernel/panic",
        "sys/kernel/dmesg_restrict", "sys/kernel/randomize_va_space", "sys/kernel/sysrq", "sys/kernel/pid_max", "sys/kernel/threads-max",
        "sys/vm/swappiness", "sys/vm/overcommit_memory", "sys/vm/drop_caches", "sys/fs/file-max", "sys/fs/protected_hardlinks",
        "sys/net/ipv4/ip_forward", "sysrq-trigger", "irq/default_smp_affinity", "pressure/cpu",
    )  # fmt: skip
    secrets = (
        "kcore", "key-users", "timer_list", "kpagecount", "kpageflags", "kpagecgroup", "slabinfo", "vmallocinfo", "pagetypeinfo", "interrupts",
        "pressure/memory",
    )  # fmt: skip
    programs = {f"setting {name}": f't.writable("/proc/{name}")' for name in settings}
    programs |= {f"reading {name}": f't.read("/proc/{name}")' for name in secrets}
    programs |= {
        f"reading {name}": f'os.listdir("{name}")'
        for name in ("/sys/kernel", "/sys/class", "/sys/devices", "/sys/module", "/sys/block", "/sys/bus")
    }
    programs |= {f"opening {name}": f'os.open("{name}", os.O_RDONLY | os.O_NONBLOCK)' for name in ("/dev/kmsg", "/dev/mem", "/dev/vsock", "/dev/net/tun", "/dev/fuse", "/dev/loop-control", "/dev/rtc0")}  # fmt: skip
    return [Attempt(name, program, "outside") for name, program in programs.items()]


def _neighbours() -> list[Attempt]:
    connect = (
        'import socket; s = socket.socket({}); s.settimeout(5); s.connect({}); assert s.recv(9) == b"host"'
    )
    pid = 'f["host_pid"]'
    vector = "(ctypes.c_size_t * 2)(ctypes.addressof(ctypes.create_string_buffer(8)), 8)"
    programs = {
        "a service on the host's loopback": connect.format("", '("127.0.0.1", f["port"])'),
        "a service by any address": connect.format("", '("0.0.0.0", f["port"])'),
        "a service at an abstract name": connect.format("socket.AF_UNIX", '"\\0" + f["abstract"]'),
        "a service at a path": connect.format("socket.AF_UNIX", 'f["socket"]'),
        "a signal to the host": f"os.kill({pid}, 0)",
        "a handle of a host's process": f"os.pidfd_open({pid})",
        "the processors of a host's process": f"os.sched_getaffinity({pid})",
        "the limits of a host's process": f"import resource; resource.prlimit({pid}, resource.RLIMIT_CORE)",
        "the rank of a host's process": f"os.getpriority(os.PRIO_PROCESS, {pid})",
        "the group of a host's process": f"os.getpgid({pid})",
        "the session of a host's process": f"os.getsid({pid})",
        "the memory of a host's process": f'v = {vector}; t.reach("process_vm_readv", {pid}, v, 1, v, 1, 0); os.kill({pid}, 0)',
        "shared memory of the host": 't.call("shmget", f["key"], 0, 0)',
        "a queue of the host": 't.call("msgget", f["key"], 0)',
        "semaphores of the host": 't.call("semget", f["key"], 0, 0)',
        "shared memory by name": 't.read("/dev/shm/" + f["shared"])',
        "a queue by name": 't.call("mq_open", f["shared"], 0, 0, 0)',
    }
    return [Attempt(name, program, "outside") for name, program in programs.items()]


ATTEMPTS = [
    *_calls(), *_administration(), *_sockets(), *_daemon(), *_files(), *_kernel(), *_neighbours(),
]  # fmt: skip
