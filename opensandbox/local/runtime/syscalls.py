"""Which system calls programs inside may make: one table, of which `scripts/syscall_filter.py` makes the filter.

What is not named here ends with ENOSYS, as on a kernel that does not have it: calls of newer kernels are refused until somebody
has looked at them. Calls of another kind of processor (32-bit programs) end the same way.

Allowed on purpose: user namespaces and what belongs to them (`unshare`, `mount`, `pivot_root`), for bubblewrap inside a
sandbox; `ptrace` and its kin, for debuggers. The kernel lets them act on the sandbox's own processes alone.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass

ALLOWED = {
    "files and directories": """
        access chdir chmod chown close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2 fadvise64 fallocate
        fchdir fchmod fchmodat fchmodat2 fchown fchownat fcntl fdatasync fgetxattr flistxattr flock fremovexattr fsetxattr
        fstat fstatfs fsync ftruncate futimesat getcwd getdents getdents64 getxattr inotify_add_watch inotify_init
        inotify_init1 inotify_rm_watch ioctl lchown lgetxattr link linkat listxattr llistxattr lremovexattr lseek lsetxattr
        lstat mkdir mkdirat mknod mknodat name_to_handle_at newfstatat open openat openat2 pread64 preadv preadv2 pwrite64
        pwritev pwritev2 read readahead readlink readlinkat readv removexattr rename renameat renameat2 rmdir sendfile
        setxattr splice stat statfs statx symlink symlinkat sync sync_file_range syncfs tee truncate umask unlink unlinkat
        utime utimensat utimes vmsplice write writev cachestat""",
    "memory": """
        brk get_mempolicy madvise map_shadow_stack membarrier memfd_create memfd_secret mincore mlock mlock2 mlockall mmap mprotect
        mremap msync munlock munlockall munmap pkey_alloc pkey_free pkey_mprotect process_madvise remap_file_pages""",
    "processes and threads": """
        arch_prctl capget capset clone clone3 execve execveat exit exit_group fork futex futex_requeue futex_wait futex_waitv
        futex_wake get_robust_list get_thread_area getcpu getpgid getpgrp getpid getppid getpriority getrlimit getrusage
        getsid gettid ioprio_get ioprio_set pidfd_open pidfd_send_signal prctl prlimit64 process_mrelease
        restart_syscall rseq sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam
        sched_getscheduler sched_rr_get_interval sched_setaffinity sched_setattr sched_setparam sched_setscheduler
        sched_yield set_robust_list set_thread_area set_tid_address setpgid setpriority setrlimit setsid sysinfo times
        uname vfork wait4 waitid""",
    "users": """
        getegid geteuid getgid getgroups getresgid getresuid getuid setfsgid setfsuid setgid setgroups setregid setresgid
        setresuid setreuid setuid""",
    "signals": """
        kill pause rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait
        rt_tgsigqueueinfo sigaltstack signalfd signalfd4 tgkill tkill""",
    "time and random numbers": """
        alarm clock_getres clock_gettime clock_nanosleep getitimer getrandom gettimeofday nanosleep setitimer time
        timer_create timer_delete timer_getoverrun timer_gettime timer_settime timerfd_create timerfd_gettime
        timerfd_settime""",
    "waiting and asynchronous input and output": """
        epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd
        eventfd2 io_cancel io_destroy io_getevents io_pgetevents io_setup io_submit poll ppoll pselect6 select""",
    "pipes, sockets and System V communication (which kinds of sockets: `REFUSED_ARGUMENTS`)": """
        accept accept4 bind connect getpeername getsockname getsockopt listen mq_getsetattr mq_notify mq_open
        mq_timedreceive mq_timedsend mq_unlink msgctl msgget msgrcv msgsnd pipe pipe2 recvfrom recvmmsg recvmsg semctl
        semget semop semtimedop sendmmsg sendmsg sendto setsockopt shmat shmctl shmdt shmget shutdown socket socketpair""",
    "sandboxes inside of this one: bubblewrap, seccomp, Landlock": """
        chroot landlock_add_rule landlock_create_ruleset landlock_restrict_self mount pivot_root seccomp setdomainname
        sethostname setns umount2 unshare""",
    "debuggers, on processes that the kernel lets a program trace": """
        kcmp pidfd_getfd process_vm_readv process_vm_writev ptrace""",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Calls that end with an error other than ENOSYS, or are named here to say why they do."""

    calls: str
    error: int
    why: str


REFUSED = (
    Refusal("add_key keyctl request_key", errno.ENOSYS, "keys are not in namespaces: the session keyring is that of whoever started the server"),
    Refusal("io_uring_enter io_uring_register io_uring_setup", errno.ENOSYS, "does what other calls do past this filter, and has had many mistakes"),
    Refusal("userfaultfd", errno.EPERM, "lets a program stop the kernel at a moment of its choice"),
    Refusal("bpf perf_event_open", errno.EPERM, "programs in the kernel, and counters that look beyond the sandbox"),
    Refusal("open_by_handle_at", errno.EPERM, "opens files by number, past every directory"),
    Refusal("fanotify_init fanotify_mark", errno.EPERM, "watches whole file systems, which are the host's"),
    Refusal("fsconfig fsmount fsopen fspick mount_setattr move_mount open_tree", errno.ENOSYS, "new ways to mount; programs fall back to mount(2)"),
    Refusal("delete_module finit_module init_module", errno.EPERM, "modules of the kernel"),
    Refusal("kexec_file_load kexec_load reboot", errno.EPERM, "another kernel, or none"),
    Refusal("adjtimex clock_adjtime clock_settime settimeofday", errno.EPERM, "the clock is the machine's"),
    Refusal("acct quotactl quotactl_fd swapoff swapon", errno.EPERM, "accounts, quotas and swap are the machine's"),
    Refusal("syslog vhangup", errno.EPERM, "messages of the kernel, and terminals of the machine"),
    Refusal("ioperm iopl", errno.EPERM, "ports of the processor"),
    Refusal("mbind migrate_pages move_pages set_mempolicy set_mempolicy_home_node", errno.ENOSYS, "where memory lies is the machine's business"),
    Refusal("modify_ldt uselib ustat sysfs lookup_dcookie nfsservctl", errno.ENOSYS, "old, hardly used, and had mistakes"),
)  # fmt: skip

ALLOWED_VALUES = {
    "personality": (
        0,
        (0x0, 0x8, 0x20000, 0x20008, 0x40000, 0xFFFFFFFF),
        "reading it, 32-bit names, Linux 2.6 names, and fixed addresses for debuggers; the others weaken the memory of programs",
    ),
}
"""Calls that are allowed with some values of one argument only: position, values, why."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What an argument has to be: `value` among the bits of `mask` ("bits"), or compared with `value` as a whole."""

    position: int
    how: str
    value: int
    mask: int = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Case:
    """A call that is refused when all of its conditions hold."""

    call: str
    error: int
    why: str
    conditions: tuple[Condition, ...]


UNIX, INET, INET6, NETLINK = 1, 2, 10, 16
_RAW, _RELIABLE, _SEQUENCED, _DCCP, _PACKET = 3, 4, 5, 6, 10
_HIGHEST_PROTOCOL = 58  # ICMP for IPv6; beyond it are SCTP, L2TP, MPTCP and others
_KIND = 0xF  # bits of a socket's type that are no flags
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C


def _sockets() -> list[Case]:
    other = "only unix, IPv4, IPv6 and routing sockets: network namespaces do not cover AF_VSOCK, and kinds such as AF_ALG, AF_PACKET or AF_RXRPC are rarely looked after"
    families = [n for n in range(NETLINK) if n not in (UNIX, INET, INET6)]
    cases = [
        Case("socket", errno.EAFNOSUPPORT, other, (Condition(0, "equal", family),)) for family in families
    ]
    cases.append(Case("socket", errno.EAFNOSUPPORT, other, (Condition(0, "above", NETLINK),)))
    for family in (INET, INET6):
        is_family = Condition(0, "equal", family)
        for kind in (_RAW, _RELIABLE, _SEQUENCED, _DCCP, _PACKET):
            why = "raw packets, and protocols that are not TCP, UDP or ICMP"
            error = errno.EPERM if kind == _RAW else errno.ESOCKTNOSUPPORT
            cases.append(Case("socket", error, why, (is_family, Condition(1, "bits", kind, _KIND))))
        beyond = Condition(2, "above", _HIGHEST_PROTOCOL)
        for kind in (1, 2):  # SOCK_STREAM and SOCK_DGRAM; the others are refused already
            conditions = (is_family, Condition(1, "bits", kind, _KIND), beyond)
            cases.append(
                Case("socket", errno.EPROTONOSUPPORT, "protocols that are not TCP, UDP or ICMP", conditions)
            )
    netlink = "of netlink only routes, which `ip` and new namespaces need: not XFRM, netfilter, audit or keys"
    not_route = (Condition(0, "equal", NETLINK), Condition(2, "other", 0))
    cases.append(Case("socket", errno.EAFNOSUPPORT, netlink, not_route))
    pair = "pairs are unix sockets"
    cases.append(Case("socketpair", errno.EAFNOSUPPORT, pair, (Condition(0, "other", UNIX),)))
    return cases


REFUSED_ARGUMENTS = (
    *_sockets(),
    *(
        Case("ioctl", errno.EPERM, why, (Condition(1, "bits", request),))
        for request, why in (
            (_TIOCSTI, "types into the terminal of another program"),
            (_TIOCLINUX, "the same, by the console's menu"),
        )
    ),
)
"""Refused beside what `ALLOWED` allows."""

_SET_USER, _SET_GROUP = 0o4000, 0o2000
_CREATE, _UNNAMED = 0o100, 0o20000000  # O_CREAT, __O_TMPFILE


def _marks() -> list[Case]:
    why = "programs that run as another user, where others of the host find them"
    cases = [
        Case("openat2", errno.ENOSYS, "its mode is out of a filter's sight; programs fall back to openat", ())
    ]
    capabilities = "file capabilities; names are out of a filter's sight"
    cases += [
        Case(call, errno.EOPNOTSUPP, capabilities, ()) for call in ("setxattr", "lsetxattr", "fsetxattr")
    ]
    for bit in (_SET_USER, _SET_GROUP):
        for call, position in (
            ("chmod", 1), ("fchmod", 1), ("fchmodat", 2), ("fchmodat2", 2), ("creat", 1), ("mknod", 1), ("mknodat", 2),
        ):  # fmt: skip
            cases.append(Case(call, errno.EPERM, why, (Condition(position, "bits", bit, bit),)))
        for call, position in (("open", 1), ("openat", 2)):
            for flag in (_CREATE, _UNNAMED):
                conditions = (
                    Condition(position, "bits", flag, flag),
                    Condition(position + 1, "bits", bit, bit),
                )
                cases.append(Case(call, errno.EPERM, why, conditions))
    return cases


MARKS = tuple(_marks())
"""Refused as well where a directory of the host is mounted for writing: what is left there keeps its modes and attributes."""

ARGUMENTS = {"arguments": REFUSED_ARGUMENTS, "marks": MARKS}
"""Programs that look at arguments, by name."""
