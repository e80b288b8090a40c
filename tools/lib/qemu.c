/* qemu.c - the QEMU command line of a machine, and whether KVM can run it. */
#include "tools/lib/qemu.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/error.h"
#include "tools/lib/mem.h"
#include "tools/lib/program.h"

#define QEMU "qemu-system-x86_64"

/* Bare machine options. microvm without ACPI: with it, user space has no serial port unless the
 * kernel has SERIAL_8250_PNP. */
static const struct {
	const char *name, *option;
} machines[] = {
	[MACHINE_PC] = { "pc", "pc" },
	[MACHINE_Q35] = { "q35", "q35" },
	[MACHINE_MICROVM] = { "microvm", "microvm,acpi=off" },
};

int qemu_machine(const char *name, enum machine_type *type)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		if (!strcmp(name, machines[i].name)) {
			*type = (enum machine_type)i;
			return 0;
		}
	}
	return -1;
}

char *qemu_find(void)
{
	const char *variable = getenv("RDINIT_QEMU");
	const char *name = variable && *variable ? variable : QEMU;
	char *path = program_lookup(name);

	if (!path)
		error("%s not found: `run` needs it (Debian: package qemu-system-x86)",
		      shown(name));
	return path;
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

struct arguments {
	char **list;
	size_t count;
};

static void add(struct arguments *arguments, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void add(struct arguments *arguments, const char *format, ...)
{
	va_list values;
	char *text;

	va_start(values, format);
	if (vasprintf(&text, format, values) < 0)
		abort();
	va_end(values);
	arguments->list = xreallocarray(arguments->list, arguments->count + 2, sizeof(text));
	arguments->list[arguments->count++] = text;
	arguments->list[arguments->count] = NULL;
}

/* A comma ends a value in QEMU's options; two of them are one comma. */
static char *escape(const char *path)
{
	struct buffer out = { NULL, 0, 0 };

	for (; *path; path++)
		buffer_add(&out, *path == ',' ? ",," : path, *path == ',' ? 2 : 1);
	return out.data ? out.data : xstrdup("");
}

static void add_disks(struct arguments *arguments, const struct machine_config *config)
{
	int scsi = 0;

	for (size_t i = 0; i < config->disk_count; i++) {
		const struct disk *disk = &config->disks[i];
		char *path = escape(disk->path), *device = disk_device(disk, i);

		if (disk->bus == DISK_SCSI && !scsi++) {
			add(arguments, "-device");
			add(arguments, "virtio-scsi-pci,id=scsi0");
		}
		add(arguments, "-drive");
		add(arguments, "if=none,id=disk%zu,format=raw,file=%s%s", i, path,
		    disk->use == DISK_READONLY	 ? ",readonly=on"
		    : disk->use == DISK_SNAPSHOT ? ",snapshot=on"
						 : "");
		add(arguments, "-device");
		add(arguments, "%s", device);
		free(path);
		free(device);
	}
}

static void add_channels(struct arguments *arguments, const struct machine_config *config,
			 const struct qemu_ends *ends)
{
	add(arguments, "-chardev");
	add(arguments, "socket,id=console,fd=%d", ends->console);
	add(arguments, "-serial");
	add(arguments, "chardev:console");
	add(arguments, "-chardev");
	add(arguments, "socket,id=wire,fd=%d", ends->wire);
	add(arguments, "-device");
	add(arguments, "isa-debugcon,iobase=0xe9,chardev=wire");
	if (config->stdio != STDIO_PIPE)
		return;
	add(arguments, "-chardev");
	add(arguments, "socket,id=stdio,fd=%d", ends->stdio);
	if (config->type == MACHINE_MICROVM) {
		/* It makes one serial port by itself, and takes -serial for no other. */
		add(arguments, "-device");
		add(arguments, "isa-serial,chardev=stdio,iobase=0x2f8,irq=3");
	} else {
		add(arguments, "-serial");
		add(arguments, "chardev:stdio");
	}
}

char **qemu_arguments(const char *program, const struct machine_config *config,
		      const struct qemu_ends *ends)
{
	static const char *const always[] = { "-nodefaults", "-no-user-config", "-no-reboot",
					      "-display", "none" };
	struct arguments arguments = { NULL, 0 };
	int kvm = qemu_kvm_works();

	add(&arguments, "%s", program);
	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		add(&arguments, "%s", always[i]);
	add(&arguments, "-M");
	add(&arguments, "%s", machines[config->type].option);
	add(&arguments, "-accel");
	add(&arguments, "%s", kvm ? "kvm" : "tcg");
	add(&arguments, "-cpu");
	/* Programs may be built for newer processors than QEMU's default one; five-level page
	 * tables would only cost time. */
	add(&arguments, "%s", kvm ? "host" : "max,la57=off");
	add(&arguments, "-m");
	add(&arguments, "%u", config->memory_mib);
	add(&arguments, "-smp");
	add(&arguments, "%u", config->cpus);
	add_channels(&arguments, config, ends);
	add_disks(&arguments, config);
	add(&arguments, "-kernel");
	add(&arguments, "%s", config->kernel);
	add(&arguments, "-initrd");
	add(&arguments, "%s", config->initrd);
	add(&arguments, "-append");
	add(&arguments, "%s", config->append);
	return arguments.list;
}

void qemu_arguments_free(char **arguments)
{
	for (size_t i = 0; arguments[i]; i++)
		free(arguments[i]);
	free(arguments);
}
