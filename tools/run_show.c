// SPDX-License-Identifier: MIT
/* run_show.c - what `rdinit run` prints in place of a boot, or before one: QEMU's command line, and
 * that of gdb. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/path.h"
#include "tools/lib/machine/arguments.h"
#include "tools/lib/machine/qemu.h"
#include "tools/run.h"

/* --- --dry-run --- */

static bool is_plain(const char *word)
{
	for (const char *at = word; *at; at++)
		if (!isalnum((unsigned char)*at) && !strchr("%+,-./:=@_", *at))
			return false;
	return *word;
}

/* Between single quotes a shell reads everything as it is, except them. */
static void quote(struct buffer *line, const char *word)
{
	if (is_plain(word)) {
		buffer_text(line, word);
		return;
	}
	buffer_text(line, "'");
	for (; *word; word++) {
		if (*word == '\'')
			buffer_text(line, "'\\''");
		else
			buffer_add(line, word, 1);
	}
	buffer_text(line, "'");
}

static void explain(const struct machine_config *machine, bool is_kept)
{
	if (is_kept)
		fprintf(stderr,
			"rdinit: the image of this line is %s; remove it when you no "
			"longer need it\n",
			shown(machine->initrd));
	if (machine->tpm)
		fprintf(stderr,
			"rdinit: before this line runs, swtpm(8) must listen on " QEMU_TPM_SOCKET
			"\n");
	if (machine->tree || machine->volumes)
		fprintf(stderr,
			"rdinit: before this line runs, virtiofsd(1) must listen on "
			"%s%s%s\n",
			machine->tree ? HOST_TREE_TAG ".sock" : "",
			machine->tree && machine->volumes ? " and " : "",
			machine->volumes ? VOLUMES_TAG ".sock" : "");
}

int run_print_qemu(const struct run *run, const char *qemu)
{
	char **arguments = qemu_arguments(qemu, &run->machine, NULL);
	struct buffer line = { 0 };
	int result;

	for (size_t i = 0; arguments[i]; i++) {
		buffer_text(&line, i ? " " : "");
		quote(&line, arguments[i]);
	}
	arguments_free(arguments);
	result = puts(line.data) < 0 || fflush(stdout) ? error("standard output: cannot be written")
						       : 0;
	buffer_free(&line);
	explain(&run->machine, !run->image_path && !run->keep);
	return result ? 1 : 0;
}

/* --- --gdb --- */

/* A kernel with the symbols of this one, malloc'd; NULL: there is none where they are usual. */
static char *find_symbols(const struct kernel *kernel)
{
	char *directory = path_parent(kernel->image);
	char *const places[] = {
		kernel->kind == KERNEL_VMLINUX ? xstrdup(kernel->image) : xstrdup(""),
		xasprintf("%s/vmlinux", directory),
		xasprintf("%s/vmlinux-%s", directory, kernel->release),
		xasprintf("%s/../../../vmlinux", directory), /* of arch/x86/boot */
		xasprintf("/usr/lib/debug/boot/vmlinux-%s", kernel->release),
		xasprintf("/usr/lib/debug/lib/modules/%s/vmlinux", kernel->release),
		xasprintf("/lib/modules/%s/build/vmlinux", kernel->release),
	};
	char *found = NULL;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (!found && !access(places[i], R_OK))
			found = places[i];
		else
			free(places[i]);
	}
	free(directory);
	return found;
}

void run_announce_gdb(const struct run *run, const struct kernel *kernel)
{
	char *symbols = find_symbols(kernel);
	struct buffer line = { 0 };

	buffer_text(&line, "gdb ");
	if (symbols)
		quote(&line, symbols);
	fprintf(stderr,
		"rdinit: the machine waits on port %u of this machine for gdb. In another "
		"terminal:\n    %s%s-ex 'target remote :%u' -ex 'hbreak start_kernel' -ex c\n",
		run->machine.gdb_port, line.data, symbols ? " " : "", run->machine.gdb_port);
	if (!symbols)
		fprintf(stderr, "rdinit: no vmlinux of this kernel was found; give gdb the one "
				"with its symbols\n");
	buffer_free(&line);
	free(symbols);
}
