/* SPDX-License-Identifier: MIT */
/* qemu.h - the QEMU command line of a machine, and whether KVM can run it. */
#ifndef TOOLS_LIB_QEMU_H
#define TOOLS_LIB_QEMU_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/lib/machine/disk.h"
#include "tools/lib/machine/host_tree.h"
#include "tools/lib/machine/tpm.h"

enum machine_type { MACHINE_PC, MACHINE_Q35, MACHINE_MICROVM, MACHINE_UML };

enum machine_stdio {
	STDIO_CONSOLE, /* stdin and stdout are the serial console */
	STDIO_PIPE, /* stdin, stdout, stderr are the program's, on a port of their own */
};

enum machine_payload {
	PAYLOAD_PROGRAM, /* our /init, that speaks on the wire */
	PAYLOAD_IMAGE, /* anything */
};

/* A machine that waits for an order to be saved, or is started from there. Both have the same
 * devices: what a run may want, whether this one does or not. */
struct warm {
	int ram; /* its memory, which virtiofsd shares */
	int state; /* what else is saved: written to, or read */
	bool is_restored;
	int order; /* is_restored: the archive that it waits for */
};

struct machine_config {
	const char *kernel, *initrd; /* paths */
	const char *append; /* the whole kernel command line */
	enum machine_type type;
	enum machine_stdio stdio;
	bool has_port; /* QEMU_STDIO_PORT: with STDIO_PIPE besides the serial line, else for the
			  size of the terminal */
	bool has_status_port; /* besides the debug console port, that of virtio-serial */
	enum machine_payload payload;
	bool has_keys; /* standard input is a terminal whose Ctrl-a is QEMU's */
	bool tells_ready; /* our /init runs and can reach the wire: it says `ready` */
	const char *scratch; /* MACHINE_UML: a directory that is removed at the end */
	const char *preload; /* MACHINE_UML: a library for LD_PRELOAD, or NULL */
	const char *firmware; /* a path, or NULL: the machine's own */
	int acpi; /* a microvm has ACPI tables; the others always have */
	unsigned int memory_mib, cpus;
	unsigned int nodes; /* of NUMA, which share both; 0: memory is one */
	unsigned int timeout_s; /* 0: none */
	int verbose; /* the console on stderr with STDIO_PIPE; QEMU's words */
	const int *log; /* a descriptor for all that the console shows, or NULL */
	const char *netdev; /* QEMU's, for its one interface, or NULL */
	const struct host_tree *tree; /* the root that it gets, or NULL */
	const struct host_tree *volumes; /* of -v, or NULL */
	const struct tpm *tpm; /* that it gets, or NULL */
	const struct warm *warm; /* NULL: it boots, once */
	const char *const *more; /* further arguments of QEMU, ended by NULL; or NULL */
	unsigned int gdb_port; /* of 127.0.0.1, where the machine waits before it starts; 0: none */
	const struct disk *disks;
	size_t disk_count;
};

/* The names, in the guest, of what carries a program's streams: rdinit.stdio= */
#define QEMU_SLOTS 2 /* of a machine that is saved, for the root and the volumes */
#define QEMU_ORDER_PORT "rdinit.order"
#define QEMU_STDIO_PORT "rdinit.stdio"
#define QEMU_STDIO_LINE "ttyS1"
#define QEMU_TPM_SOCKET "tpm.sock" /* of --dry-run */
#define QEMU_STATUS_PORT "rdinit" /* WIRE_PORT of init/wire/wire.h */

#define QEMU_APPEND_MAX 2047 /* bytes: the kernel's COMMAND_LINE_SIZE is 2048 on x86 */

/* Descriptors of the guest's ends, which it inherits. */
struct qemu_ends {
	int keys, console; /* the serial console's input and output: for QEMU its 0 and 1 */
	int wire, stdio; /* stdio -1 with STDIO_CONSOLE */
	int port, status; /* of virtio-serial, or -1 */
	int monitor, order; /* of a machine that is saved or restored, or -1 */
};

/* The second serial line and the port: for the program's streams, or because another machine that
 * starts from the same place has them. */
static inline bool machine_has_streams(const struct machine_config *config)
{
	return config->stdio == STDIO_PIPE || config->warm;
}

/* The buses of disks there. */
enum disk_host qemu_disk_host(enum machine_type type);

/* "pc", "q35", "microvm" or "uml". */
const char *qemu_machine_name(enum machine_type type);

/* The QEMU program to run: $RDINIT_QEMU, else qemu-system-x86_64 in PATH. malloc'd, or NULL after
 * reporting. */
char *qemu_find(void);
char *qemu_find_quietly(void); /* the same without a report */

/*
 * The firmware that starts a kernel by PVH on a pc or q35 in the shortest time, qboot, which comes
 * with QEMU: it sets up ACPI and interrupts, and leaves PCI to the kernel, options ROMs and other
 * ways to boot away. A path, or NULL where it is not there.
 */
const char *qemu_fast_firmware(void);

/* Whether the processor has vmx or svm and /dev/kvm opens for reading and writing. The device
 * alone proves nothing: it exists on hosts where a guest then hangs in silence. */
int qemu_kvm_works(void);

/*
 * argv for `program`, ended by NULL. `ends` NULL: for a terminal, where QEMU's monitor and the
 * serial console are the standard streams, the wire is on standard error, and directories of this
 * machine come from sockets in the current directory, TAG.sock. Free it with arguments_free().
 */
char **qemu_arguments(const char *program, const struct machine_config *config,
		      const struct qemu_ends *ends);

/* The host's TSC rate for tsc_early_khz= (a microvm hangs at times when it has to measure it, on a
 * busy host). 0 if /proc/cpuinfo does not tell. */
unsigned long qemu_tsc_khz(void);

#endif
