// SPDX-License-Identifier: MIT
/* uml.c - User-mode Linux: a kernel that is a program of this host. */
#include "tools/lib/machine/uml.h"

#include <cpuid.h>
#include <string.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/install_path.h"
#include "tools/lib/kernel/vmlinux.h"
#include "tools/lib/machine/arguments.h"

#define UML_REGISTERS 2696 /* bytes: FP_SIZE of arch/x86/um/, 6.1 */
#define XSAVE_LEAF 0xd /* CPUID: EBX is the size of all registers that are switched on */

static void add_disks(struct arguments *arguments, const struct machine_config *config)
{
	for (size_t i = 0; i < config->disk_count; i++) {
		const struct disk *disk = &config->disks[i];

		if (disk->use == DISK_SNAPSHOT)
			arguments_add(arguments, "ubd%zu=%s/cow%zu,%s", i, config->scratch, i,
				      disk->path);
		else
			arguments_add(arguments, "ubd%zu%s=%s", i,
				      disk->use == DISK_READONLY ? "r" : "", disk->path);
	}
}

char **uml_arguments(const struct machine_config *config, const struct qemu_ends *ends)
{
	struct arguments arguments = { NULL, 0 };

	arguments_add(&arguments, "%s", config->kernel);
	arguments_add(&arguments, "mem=%uM", config->memory_mib);
	arguments_add(&arguments, "initrd=%s", config->initrd);
	/* It adds root= if no argument begins with it. */
	arguments_add(&arguments, "root=");
	arguments_add(&arguments, "con=null");
	arguments_add(&arguments, "ssl=null");
	arguments_add(&arguments, "ssl0=fd:%d", ends->console);
	if (config->stdio == STDIO_PIPE)
		arguments_add(&arguments, "ssl1=fd:%d", ends->stdio);
	arguments_add(&arguments, "ssl2=fd:%d", ends->wire);
	add_disks(&arguments, config);
	arguments_add(&arguments, "%s", config->append);
	return arguments.list;
}

static unsigned int register_bytes(void)
{
	unsigned int a, b = 0, c, d;

	return __get_cpuid_count(XSAVE_LEAF, 0, &a, &b, &c, &d) ? b : 0;
}

static int check_disks(const struct machine_config *config)
{
	for (size_t i = 0; i < config->disk_count; i++) {
		const struct disk *disk = &config->disks[i];

		if (disk->bus_given)
			return error(
				"disk %s: User-mode Linux has no buses: give it as --disk FILE (it is /dev/ubd%c)",
				shown(disk->path), 'a' + (char)i);
		if (strpbrk(disk->path, ",:"))
			return error(
				"disk %s: User-mode Linux would cut this name at its comma or colon: rename "
				"the file: rename the file",
				shown(disk->path));
	}
	return 0;
}

int uml_check_registers(const struct kernel *kernel, const struct kernel_boot *form,
			unsigned int registers, char **preload)
{
	struct vmlinux vmlinux;

	*preload = NULL;
	if (registers <= UML_REGISTERS)
		return 0;
	if (vmlinux_parse(form->vmlinux, &vmlinux) || !vmlinux.is_dynamic)
		return error(
			"kernel %s: statically linked, but this processor's registers have %u bytes, "
			"more than the %d of User-mode Linux; link it dynamically "
			"(CONFIG_STATIC_LINK=n), so that rdinit can help it",
			shown(kernel->image), registers, UML_REGISTERS);
	*preload = installed_uml_preload();
	return *preload ? 0 : -1;
}

int uml_check(const struct kernel *kernel, const struct kernel_boot *form,
	      const struct machine_config *config, char **preload)
{
	*preload = NULL;
	if (check_disks(config))
		return -1;
	return uml_check_registers(kernel, form, register_bytes(), preload);
}
