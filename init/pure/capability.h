/* SPDX-License-Identifier: MIT */
/* capability.h - the capabilities of a program. */
#ifndef RDINIT_PURE_CAPABILITY_H
#define RDINIT_PURE_CAPABILITY_H

#include <stdint.h>

#define CAPABILITIES_ALL UINT64_MAX

/* Their names in the order of the kernel's numbers (capabilities(7), without CAP_; Linux 5.9). */
#define CAPABILITY_NAMES                                                                       \
	"chown|dac_override|dac_read_search|fowner|fsetid|kill|setgid|setuid|setpcap|"         \
	"linux_immutable|net_bind_service|net_broadcast|net_admin|net_raw|ipc_lock|ipc_owner|" \
	"sys_module|sys_rawio|sys_chroot|sys_ptrace|sys_pacct|sys_admin|sys_boot|sys_nice|"    \
	"sys_resource|sys_time|sys_tty_config|mknod|lease|audit_write|audit_control|setfcap|"  \
	"mac_override|mac_admin|syslog|wake_alarm|block_suspend|audit_read|perfmon|bpf|"       \
	"checkpoint_restore"

/* Sets bit n for the capability with the number n, for each of NAME[,NAME...]; none for "". Returns
 * 0, or -EINVAL: an unknown name. */
int capability_parse(const char *text, uint64_t *set);

#endif
