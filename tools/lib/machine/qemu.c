// SPDX-License-Identifier: MIT
/* qemu.c - the QEMU command line of a machine, and whether KVM can run it. */
#include "tools/lib/machine/qemu.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init/pure/count.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/program/program.h"
#include "tools/lib/machine/arguments.h"

#define QEMU "qemu-system-x86_64"

static const char *const machines[] = {
	[MACHINE_PC] = "pc",
	[MACHINE_Q35] = "q35",
	[MACHINE_MICROVM] = "microvm",
	[MACHINE_UML] = "uml",
};

const char *qemu_machine_name(enum machine_type type)
{
	return machines[type];
}

enum disk_host qemu_disk_host(enum machine_type type)
{
	return type == MACHINE_MICROVM ? DISK_HOST_MICROVM
	       : type == MACHINE_Q35   ? DISK_HOST_Q35
				       : DISK_HOST_PC;
}

static const char *name_of_qemu(void)
{
	const char *variable = getenv("RDINIT_QEMU");

	return variable && *variable ? variable : QEMU;
}

char *qemu_find_quietly(void)
{
	return program_lookup(name_of_qemu());
}

char *qemu_find(void)
{
	char *path = qemu_find_quietly();

	if (!path)
		error("%s not found: `run` needs it (Debian: package qemu-system-x86)",
		      shown(name_of_qemu()));
	return path;
}

const char *qemu_fast_firmware(void)
{
	static const char *const places[] = { "/usr/share/qemu/qboot.rom",
					      "/usr/local/share/qemu/qboot.rom" };

	for (size_t i = 0; i < COUNT(places); i++)
		if (!access(places[i], R_OK))
			return places[i];
	return NULL;
}

/* The value of the first line of /proc/cpuinfo that begins with `key`, into `value`. */
static int cpuinfo(const char *key, char *value, size_t size)
{
	FILE *in = fopen("/proc/cpuinfo", "re");
	char *line = NULL;
	size_t space = 0;
	int found = 0;

	while (in && !found && getline(&line, &space, in) > 0) {
		if (strncmp(line, key, strlen(key)) || !strchr(line, ':'))
			continue;
		snprintf(value, size, "%s ", strchr(line, ':') + 1);
		value[strcspn(value, "\n")] = ' ';
		found = 1;
	}
	free(line);
	if (in)
		fclose(in);
	return found;
}

int qemu_kvm_works(void)
{
	char flags[8192];
	int fd;

	if (!cpuinfo("flags", flags, sizeof(flags)))
		return 0;
	if (!strstr(flags, " vmx ") && !strstr(flags, " svm "))
		return 0;
	fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return 0;
	close(fd);
	return 1;
}

unsigned long qemu_tsc_khz(void)
{
	char value[64];

	return cpuinfo("cpu MHz", value, sizeof(value)) ? strtoul(value, NULL, 10) * 1000 : 0;
}

/* A comma ends a value in QEMU's options; two of them are one comma. */
static char *escape(const char *path)
{
	struct buffer out = { NULL, 0, 0 };

	for (; *path; path++)
		buffer_add(&out, *path == ',' ? ",," : path, *path == ',' ? 2 : 1);
	return out.data ? out.data : xstrdup("");
}

/* Once, before the first of its disks. */
static void add_controller(struct arguments *arguments, const struct machine_config *config,
			   size_t disk)
{
	enum disk_host host = qemu_disk_host(config->type);
	const char *controller = disk_controller(config->disks[disk].bus, host);

	for (size_t i = 0; i < disk; i++)
		if (disk_controller(config->disks[i].bus, host) == controller)
			return;
	if (!controller)
		return;
	arguments_add(arguments, "-device");
	arguments_add(arguments, "%s", controller);
}

static void add_disks(struct arguments *arguments, const struct machine_config *config)
{
	enum disk_host host = qemu_disk_host(config->type);

	for (size_t i = 0; i < config->disk_count; i++) {
		const struct disk *disk = &config->disks[i];
		char *path = escape(disk->path), *device = disk_device(disk, i, host);

		add_controller(arguments, config, i);
		arguments_add(arguments, "-drive");
		arguments_add(arguments, "if=none,id=disk%zu,format=raw,file=%s%s%s", i, path,
			      disk->bus == DISK_CDROM ? ",media=cdrom" : "",
			      disk->use == DISK_READONLY   ? ",readonly=on"
			      : disk->use == DISK_SNAPSHOT ? ",snapshot=on"
							   : "");
		arguments_add(arguments, "-device");
		arguments_add(arguments, "%s", device);
		free(path);
		free(device);
	}
}

static bool has_shares(const struct machine_config *config)
{
	return config->tree || config->volumes || config->warm;
}

static void add_share(struct arguments *arguments, const struct host_tree *tree,
		      const struct machine_config *config, const struct qemu_ends *ends)
{
	arguments_add(arguments, "-chardev");
	if (ends)
		arguments_add(arguments, "socket,id=%s,fd=%d", tree->tag, tree->socket);
	else
		arguments_add(arguments, "socket,id=%s,path=%s.sock", tree->tag, tree->tag);
	if (config->warm)
		return;
	arguments_add(arguments, "-device");
	arguments_add(arguments, "vhost-user-fs-pci,chardev=%s,tag=%s", tree->tag, tree->tag);
}

/* The parts are as equal as whole MiB and processors are; the last one has what is left. */
static void add_nodes(struct arguments *arguments, const struct machine_config *config)
{
	unsigned int nodes = config->nodes, cpus = config->cpus, mib = config->memory_mib / nodes;

	for (unsigned int i = 0; i < nodes; i++) {
		unsigned int first = i * cpus / nodes, end = (i + 1) * cpus / nodes;

		arguments_add(arguments, "-object");
		arguments_add(arguments, "memory-backend-%s,id=node%u,size=%uM",
			      has_shares(config) ? "memfd,share=on" : "ram", i,
			      i + 1 < nodes ? mib : config->memory_mib - i * mib);
		arguments_add(arguments, "-numa");
		if (first < end)
			arguments_add(arguments, "node,nodeid=%u,memdev=node%u,cpus=%u-%u", i, i,
				      first, end - 1);
		else
			arguments_add(arguments, "node,nodeid=%u,memdev=node%u", i, i);
	}
}

/* virtiofsd reads and writes it. */
static void add_shared_memory(struct arguments *arguments, const struct machine_config *config)
{
	arguments_add(arguments, "-object");
	if (config->warm)
		arguments_add(arguments,
			      "memory-backend-file,id=ram,size=%uM,share=on,"
			      "mem-path=/proc/self/fd/%d",
			      config->memory_mib, config->warm->ram);
	else
		arguments_add(arguments, "memory-backend-memfd,id=ram,size=%uM,share=on",
			      config->memory_mib);
}

static void add_shares(struct arguments *arguments, const struct machine_config *config,
		       const struct qemu_ends *ends)
{
	if (!config->nodes)
		add_shared_memory(arguments, config);
	if (config->tree)
		add_share(arguments, config->tree, config, ends);
	if (config->volumes)
		add_share(arguments, config->volumes, config, ends);
}

/* Without the ROM that would boot from it. */
static void add_network(struct arguments *arguments, const struct machine_config *config)
{
	arguments_add(arguments, "-netdev");
	arguments_add(arguments, "%s", config->netdev);
	arguments_add(arguments, "-device");
	arguments_add(arguments, "%s",
		      config->type == MACHINE_MICROVM ? "virtio-net-device,netdev=net"
						      : "virtio-net-pci,netdev=net,romfile=");
}

static void add_tpm(struct arguments *arguments, const struct tpm *tpm,
		    const struct qemu_ends *ends)
{
	arguments_add(arguments, "-chardev");
	if (ends)
		arguments_add(arguments, "socket,id=tpm,fd=%d", tpm->socket);
	else
		arguments_add(arguments, "socket,id=tpm,path=" QEMU_TPM_SOCKET);
	arguments_add(arguments, "-tpmdev");
	arguments_add(arguments, "emulator,id=tpm0,chardev=tpm");
	arguments_add(arguments, "-device");
	arguments_add(arguments, "tpm-tis,tpmdev=tpm0");
}

static void add_port(struct arguments *arguments, const char *name, const char *id, int fd)
{
	arguments_add(arguments, "-chardev");
	arguments_add(arguments, "socket,id=%s,fd=%d", id, fd);
	arguments_add(arguments, "-device");
	arguments_add(arguments, "virtserialport,chardev=%s,name=%s", id, name);
}

/* A block at a time, where a serial port takes a byte. */
static void add_ports(struct arguments *arguments, const struct machine_config *config,
		      const struct qemu_ends *ends)
{
	if (ends->port < 0 && ends->status < 0)
		return;
	arguments_add(arguments, "-device");
	arguments_add(arguments, config->type == MACHINE_MICROVM ? "virtio-serial-device"
								 : "virtio-serial-pci");
	if (ends->port >= 0)
		add_port(arguments, QEMU_STDIO_PORT, "port", ends->port);
	if (ends->status >= 0)
		add_port(arguments, QEMU_STATUS_PORT, "status", ends->status);
	if (ends->order >= 0)
		add_port(arguments, QEMU_ORDER_PORT, "order", ends->order);
}

/* Shares cannot be saved: they are plugged in when the machine runs. */
static void add_warm(struct arguments *arguments, const struct warm *warm,
		     const struct qemu_ends *ends)
{
	arguments_add(arguments, "-chardev");
	arguments_add(arguments, "socket,id=monitor,fd=%d", ends->monitor);
	arguments_add(arguments, "-mon");
	arguments_add(arguments, "chardev=monitor,mode=control");
	for (int i = 0; i < QEMU_SLOTS; i++) {
		arguments_add(arguments, "-device");
		arguments_add(arguments, "pcie-root-port,id=slot%d,chassis=%d", i, i + 1);
	}
	if (warm->is_restored) {
		arguments_add(arguments, "-incoming");
		arguments_add(arguments, "defer");
	}
}

/* Ctrl-a c leads to QEMU's monitor. */
static void add_terminal(struct arguments *arguments)
{
	static const char *const words[] = {
		"-chardev", "stdio,id=console,signal=off,mux=on",
		"-serial",  "chardev:console",
		"-mon",	    "chardev=console",
		"-chardev", "file,id=wire,path=/dev/stderr,append=on",
		"-device",  "isa-debugcon,iobase=0xe9,chardev=wire",
	};

	for (size_t i = 0; i < COUNT(words); i++)
		arguments_add(arguments, "%s", words[i]);
}

static void add_channels(struct arguments *arguments, const struct machine_config *config,
			 const struct qemu_ends *ends)
{
	/* Its standard input and output, as these may be pipes. */
	arguments_add(arguments, "-chardev");
	arguments_add(arguments, "stdio,id=console,signal=off%s",
		      config->has_keys ? ",mux=on" : "");
	arguments_add(arguments, "-serial");
	arguments_add(arguments, "chardev:console");
	if (config->has_keys) {
		arguments_add(arguments, "-mon");
		arguments_add(arguments, "chardev=console");
	}
	arguments_add(arguments, "-chardev");
	arguments_add(arguments, "socket,id=wire,fd=%d", ends->wire);
	arguments_add(arguments, "-device");
	arguments_add(arguments, "isa-debugcon,iobase=0xe9,chardev=wire");
	add_ports(arguments, config, ends);
	if (!machine_has_streams(config))
		return;
	arguments_add(arguments, "-chardev");
	arguments_add(arguments, "socket,id=stdio,fd=%d", ends->stdio);
	if (config->type == MACHINE_MICROVM) {
		/* It makes one serial port automatically, and accepts -serial for no other. */
		arguments_add(arguments, "-device");
		arguments_add(arguments, "isa-serial,chardev=stdio,iobase=0x2f8,irq=3");
	} else {
		arguments_add(arguments, "-serial");
		arguments_add(arguments, "chardev:stdio");
	}
}

static void add_boot(struct arguments *arguments, const struct machine_config *config)
{
	arguments_add(arguments, "-kernel");
	arguments_add(arguments, "%s", config->kernel);
	arguments_add(arguments, "-initrd");
	arguments_add(arguments, "%s", config->initrd);
	arguments_add(arguments, "-append");
	arguments_add(arguments, "%s", config->append);
}

static void add_machine(struct arguments *arguments, const struct machine_config *config)
{
	int kvm = qemu_kvm_works();

	arguments_add(arguments, "-M");
	arguments_add(arguments, "%s%s%s", machines[config->type],
		      config->type == MACHINE_MICROVM && !config->acpi ? ",acpi=off" : "",
		      has_shares(config) && !config->nodes ? ",memory-backend=ram" : "");
	arguments_add(arguments, "-accel");
	arguments_add(arguments, "%s", kvm ? "kvm" : "tcg");
	arguments_add(arguments, "-cpu");
	/* Programs may be built for newer processors than QEMU's default one. Five-level page
	 * tables would only cost time, and so would ERMS: for its sake kernel and libraries copy by
	 * "rep movsb", which an emulator does byte by byte. */
	arguments_add(arguments, "%s", kvm ? "host" : "max,la57=off,erms=off");
	arguments_add(arguments, "-m");
	arguments_add(arguments, "%u", config->memory_mib);
	arguments_add(arguments, "-smp");
	arguments_add(arguments, "%u", config->cpus);
	if (config->type == MACHINE_MICROVM) {
		arguments_add(arguments, "-global");
		arguments_add(arguments, "virtio-mmio.force-legacy=false");
	}
}

char **qemu_arguments(const char *program, const struct machine_config *config,
		      const struct qemu_ends *ends)
{
	static const char *const always[] = { "-nodefaults", "-no-user-config", "-no-reboot",
					      "-display", "none" };
	struct arguments arguments = { NULL, 0 };

	arguments_add(&arguments, "%s", program);
	for (size_t i = 0; i < COUNT(always); i++)
		arguments_add(&arguments, "%s", always[i]);
	add_machine(&arguments, config);
	if (config->firmware) {
		arguments_add(&arguments, "-bios");
		arguments_add(&arguments, "%s", config->firmware);
	}
	if (ends)
		add_channels(&arguments, config, ends);
	else
		add_terminal(&arguments);
	add_disks(&arguments, config);
	if (config->nodes)
		add_nodes(&arguments, config);
	if (has_shares(config))
		add_shares(&arguments, config, ends);
	if (config->tpm)
		add_tpm(&arguments, config->tpm, ends);
	if (config->netdev)
		add_network(&arguments, config);
	if (config->warm)
		add_warm(&arguments, config->warm, ends);
	if (!config->warm || !config->warm->is_restored)
		add_boot(&arguments, config);
	if (config->gdb_port) {
		arguments_add(&arguments, "-S");
		arguments_add(&arguments, "-gdb");
		arguments_add(&arguments, "tcp:127.0.0.1:%u", config->gdb_port);
	}
	for (size_t i = 0; config->more && config->more[i]; i++)
		arguments_add(&arguments, "%s", config->more[i]);
	return arguments.list;
}
