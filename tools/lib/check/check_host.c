/* check_host.c - what is read from the host: the kernel, its configuration, what it has
 * built in. */
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/whole_file.h"
#include "tools/lib/check/check.h"
#include "tools/lib/compress/compress.h"
#include "tools/lib/kernel/kernel_boot.h"

#define CONFIG_MAX ((size_t)16 << 20) /* bytes; Debian's has 250 KB */

static int take_config(struct check *check, const char *path)
{
	struct buffer packed = { NULL, 0, 0 }, *text = &check->config.text;
	struct span span;
	size_t used;

	if (whole_file(path, CONFIG_MAX, "configuration", text) < 0)
		return -1;
	span = (struct span){ (const uint8_t *)text->data, text->len };
	if (text->len && compress_detect(span)) { /* /proc/config.gz */
		packed = *text;
		*text = (struct buffer){ NULL, 0, 0 };
		if (decompress_quietly(span, text, CONFIG_MAX, &used))
			buffer_free(text);
		buffer_free(&packed);
	}
	if (!kconfig_is_whole((struct span){ (const uint8_t *)text->data, text->len })) {
		buffer_free(text);
		return error("%s: no whole configuration of a 64-bit kernel", shown(path));
	}
	check->config.from = xstrdup(path);
	return 0;
}

/* Where a section of this name begins and ends; 0, or -1: there is none. */
static int find_section(Elf *elf, const char *wanted, uint64_t *start, uint64_t *end)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	size_t names;

	if (elf_getshdrstrndx(elf, &names))
		return -1;
	while ((section = elf_nextscn(elf, section))) {
		const char *name;

		if (!gelf_getshdr(section, &header))
			continue;
		name = elf_strptr(elf, names, header.sh_name);
		if (!name || strcmp(name, wanted))
			continue;
		*start = header.sh_addr;
		*end = header.sh_addr + header.sh_size;
		return 0;
	}
	return -1;
}

/* What an ELF kernel reserves for itself: from its first byte to the end of .bss. What its program
 * headers have behind that is free memory again before an image is unpacked. 0: not known. Source:
 * arch/x86/kernel/vmlinux.lds.S, __end_of_kernel_reserve. */
static size_t vmlinux_bytes(struct span file)
{
	uint64_t start, bss, end, text_end;
	size_t bytes = 0;
	Elf *elf;

	if (!file.data)
		return 0;
	elf_version(EV_CURRENT);
	/* libelf writes to no ELF_C_READ image: the cast is for its prototype. */
	elf = elf_memory((char *)(uintptr_t)file.data, file.len);
	if (elf && elf_kind(elf) == ELF_K_ELF && !find_section(elf, ".text", &start, &text_end) &&
	    !find_section(elf, ".bss", &bss, &end) && end > start &&
	    end - start < (uint64_t)1 << 32)
		bytes = end - start;
	elf_end(elf);
	return bytes;
}

/* A missing file is no error: what is built in is then not known. */
static void take_builtin(struct check *check)
{
	char *path;

	if (!check->kernel.modules_dir)
		return;
	path = xasprintf("%s/modules.builtin", check->kernel.modules_dir);
	if (!access(path, R_OK) && whole_file(path, CONFIG_MAX, "list", &check->builtin) < 0)
		buffer_free(&check->builtin);
	free(path);
}

int check_take_kernel(struct check *check, const char *choice, const char *config)
{
	struct kernel_boot form;
	int result;

	if (config && take_config(check, config) < 0)
		return -1;
	if (!choice)
		return 0;
	if (kernel_find(choice, &check->kernel))
		return -1;
	check->has_kernel = 1;
	result = kernel_boot_open(&check->kernel, FORM_FASTEST, &form);
	if (!result) {
		if (!config)
			kernel_config_find(&check->kernel, form.vmlinux, &check->config);
		check->kernel_bytes = vmlinux_bytes(form.vmlinux);
	}
	kernel_boot_close(&form);
	take_builtin(check);
	return result;
}
