// SPDX-License-Identifier: MIT
/* check_start.c - rules of what the kernel does to start a program, up to its interpreter. */
#include <stdlib.h>
#include <sys/stat.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/file_kind.h"
#include "tools/lib/check/check_program.h"
#include "tools/lib/program/elf_deps.h"

static const char build_it[] = "add a program that was built for x86-64 Linux";

void check_no_init(struct check *check)
{
	const struct check_program *init = &check->programs[0];
	const char *root = check->settings.root;

	if (init->entry)
		return;
	if (check->archive->is_damaged)
		check_skip(check, CHECK_NO_INIT, "a part of the image could not be read");
	else if (root && *root)
		check_report(check, CHECK_NO_INIT, CHECK_WARNING,
			     "add a line `init` to the recipe, or name the program with rdinit=",
			     "%s: %s: the kernel ignores the image and mounts root=%s itself",
			     shown(init->path), init->why, shown(root));
	else
		check_report(check, CHECK_NO_INIT, CHECK_ERROR,
			     "add a line `init` to the recipe, or name the program with rdinit=",
			     "%s: %s: the kernel has nothing to start", shown(init->path),
			     init->why);
}

void check_not_executable(struct check *check)
{
	for (size_t i = 0; i < check->program_count; i++) {
		const struct check_program *program = &check->programs[i];
		uint32_t mode = program->entry ? program->entry->newc.fields.mode : 0;

		if (program->entry && !check_is_executable(program->entry))
			check_report(check, CHECK_NOT_EXECUTABLE, CHECK_ERROR,
				     "give it mode 0755, or name another program",
				     "%s cannot be executed: it is a %s%s", program->whose,
				     file_kind(mode).title,
				     S_ISREG(mode) ? " without an x bit" : "");
	}
}

/* A kernel can run these as well, if it was built for it. */
static const char *symbol_of(const char *machine)
{
	return !strcmp(machine, "i386")	 ? "IA32_EMULATION"
	       : !strcmp(machine, "x32") ? "X86_X32_ABI"
					 : NULL;
}

static void judge_foreign(struct check *check, const char *whose, const char *machine)
{
	const char *symbol = symbol_of(machine);

	if (symbol && !check->config.from)
		check_skip(check, CHECK_FOREIGN_PROGRAM,
			   "%s is for %s: only a kernel with CONFIG_%s runs it", whose, machine,
			   symbol);
	else if (!symbol || check_lacks(check, symbol))
		check_report(check, CHECK_FOREIGN_PROGRAM, CHECK_ERROR, build_it,
			     "%s is a program for %s, but the machine is x86-64", whose, machine);
}

static void judge_kind(struct check *check, const struct check_program *program, struct span bytes)
{
	struct elf_deps deps;
	enum elf_kind kind = elf_deps_read(bytes, &deps);
	const char *why = kind == ELF_KIND_OBJECT ? "an object file or core dump, not a program"
			  : kind == ELF_KIND_BROKEN
				  ? "a truncated or damaged ELF file"
				  : "not a program: neither an ELF file nor a script with #!";

	if (kind == ELF_KIND_NONE && bytes.len > 1 && !memcmp(bytes.data, "#!", 2)) {
		char *interpreter = check_script_interpreter(bytes);

		why = "a script whose first line names no interpreter";
		if (interpreter)
			kind = ELF_KIND_GOOD;
		free(interpreter);
	}
	if (kind == ELF_KIND_FOREIGN)
		judge_foreign(check, program->whose, deps.machine);
	else if (kind != ELF_KIND_GOOD)
		check_report(check, CHECK_FOREIGN_PROGRAM, CHECK_ERROR, build_it, "%s is %s",
			     program->whose, why);
	elf_deps_free(&deps);
}

void check_foreign_program(struct check *check)
{
	for (size_t i = 0; i < check->program_count; i++) {
		struct span bytes = check_program_bytes(check, &check->programs[i]);

		if (bytes.data)
			judge_kind(check, &check->programs[i], bytes);
	}
}

static void judge_interpreter(struct check *check, const char *whose, const char *path)
{
	static const char cure[] = "add it: `program PATH` in a recipe adds a program with its "
				   "interpreter and libraries; or link the program with -static";
	const char *why;
	const struct archive_entry *entry = check_resolve(check, path, &why);
	struct elf_deps deps = { .needed = NULL };

	if (!entry && check->archive->is_damaged)
		return;
	if (entry && !check_is_executable(entry))
		why = "it cannot be executed";
	else if (entry &&
		 elf_deps_read(archive_data(check->archive, entry), &deps) != ELF_KIND_GOOD)
		why = "it is not an ELF file for x86-64";
	else if (entry)
		why = NULL;
	elf_deps_free(&deps);
	if (why)
		check_report(check, CHECK_NO_INTERPRETER, CHECK_ERROR, cure,
			     "%s needs the interpreter %s: %s", whose, shown(path), why);
}

void check_no_interpreter(struct check *check)
{
	for (size_t i = 0; i < check->program_count; i++) {
		const struct check_program *program = &check->programs[i];
		struct span bytes = check_program_bytes(check, program);
		struct elf_deps deps = { .needed = NULL };

		if (program->role == CHECK_INTERPRETS && !program->entry &&
		    !check->archive->is_damaged)
			check_report(check, CHECK_NO_INTERPRETER, CHECK_ERROR,
				     "add it, or name another one in the script's first line",
				     "%s: %s", program->whose, program->why);
		if (bytes.data && elf_deps_read(bytes, &deps) == ELF_KIND_GOOD && deps.interp)
			judge_interpreter(check, program->whose, deps.interp);
		elf_deps_free(&deps);
	}
}
