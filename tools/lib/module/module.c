// SPDX-License-Identifier: MIT
/* module.c - kernel modules with what they need, collected for an image. */
#include "tools/lib/module/module.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/module/modinfo.h"
#include "tools/lib/module/module_name.h"
#include "tools/lib/module/module_set.h"

static void no_log(void *data, int priority, const char *file, int line, const char *fn,
		   const char *format, va_list args)
{
	/* libkmod writes to stderr; errors are reported here, once, with names. */
	(void)data, (void)priority, (void)file, (void)line, (void)fn, (void)format, (void)args;
}

/* Firmware belongs to no kernel: a kernel that was only unpacked may do with the host's. */
static char *firmware_dir(const struct module_source *source)
{
	char *beside;

	if (source->firmware_dir)
		return xstrdup(source->firmware_dir);
	beside = xasprintf("%s/../../firmware", source->dir);
	if (!access(beside, F_OK))
		return beside;
	free(beside);
	return xstrdup("/lib/firmware");
}

static struct modules *load_index(const struct module_source *source)
{
	static const char *const no_config[] = { NULL };
	const struct kmod_calls *calls = kmod_calls();
	struct modules *modules;

	if (!calls)
		return NULL;
	modules = xcalloc(1, sizeof(*modules));
	modules->dir = xstrdup(source->dir);
	modules->release = xstrdup(source->release);
	modules->firmware_dir = firmware_dir(source);
	modules->signatures = source->signatures;
	modules->firmware_reading = source->firmware_reading;
	modules->kmod = calls->new (source->dir, no_config);
	if (modules->kmod)
		calls->set_log_fn(modules->kmod, no_log, NULL);
	if (modules->kmod && calls->load_resources(modules->kmod) >= 0)
		return modules;
	error("modules of kernel %s: %s: damaged index (run depmod again)", source->release,
	      shown(source->dir));
	modules_free(modules);
	return NULL;
}

struct modules *modules_new(const struct module_source *source)
{
	char *index = xasprintf("%s/modules.dep.bin", source->dir);
	struct modules *modules = NULL;

	if (access(index, R_OK))
		error_errno(errno, "modules of kernel %s: %s (depmod makes it)", source->release,
			    shown(index));
	else
		modules = load_index(source);
	free(index);
	return modules;
}

void indices_add(struct indices *indices, size_t index)
{
	for (size_t i = 0; i < indices->count; i++)
		if (indices->list[i] == index)
			return;
	indices->list = xreallocarray(indices->list, indices->count + 1, sizeof(*indices->list));
	indices->list[indices->count++] = index;
}

static int find_item(const struct modules *modules, const char *name, size_t *index)
{
	for (size_t i = 0; i < modules->count; i++) {
		if (strcmp(modules->items[i].name, name))
			continue;
		*index = i;
		return 1;
	}
	return 0;
}

/* In place of loading the module its command would run, and nothing in the image runs it. */
static int refuse_install(const struct modules *modules, const char *name)
{
	size_t at = 0;
	const struct conf_row *row = conf_next(modules, MODCONF_INSTALL, name, &at);

	if (!row)
		return 0;
	return error("%s: install %s: /init runs no commands in place of loading a module; remove "
		     "the line or the module",
		     row->where, shown(name));
}

static int new_item(struct modules *modules, struct kmod_module *module, const char *why)
{
	struct item item = { .name = xstrdup(kmod_calls()->module_get_name(module)),
			     .path = xstrdup(kmod_calls()->module_get_path(module)),
			     .why = xstrdup(why) };
	size_t index = modules->count;

	modules->items = xreallocarray(modules->items, index + 1, sizeof(item));
	modules->items[modules->count++] = item;
	if (refuse_install(modules, item.name) ||
	    modfile_info(item.path, &modules->items[index].info, &modules->items[index].is_signed))
		return -1;
	return modules_find_needs(modules, index);
}

int modules_collect(struct modules *modules, struct kmod_module *module, const char *why,
		    struct indices *found)
{
	const char *name = kmod_calls()->module_get_name(module);
	size_t index = modules->count;

	if (!kmod_calls()->module_get_path(module)) /* it is built in */
		return 0;
	/* It stands in the list before what it needs, so that a cycle finds it there. */
	if (!find_item(modules, name, &index) && new_item(modules, module, why))
		return -1;
	indices_add(found, index);
	return 0;
}

static void ask(struct modules *modules, size_t index, enum module_load load, const char *options)
{
	struct item *item = &modules->items[index];

	modules->asks =
		xreallocarray(modules->asks, modules->ask_count + 1, sizeof(*modules->asks));
	modules->asks[modules->ask_count++] = (struct ask){ index, load };
	if (!options || !*options)
		return;
	free(item->options);
	item->options = xstrdup(options);
}

static int no_such(const struct modules *modules, const char *name)
{
	char *close = modname_close(modules->dir, name);

	error("module %s: kernel %s has no such module%s%s", shown(name), modules->release,
	      close ? "; did you mean " : "", close ? close : "");
	free(close);
	return -1;
}

int modules_add(struct modules *modules, enum module_load load, const char *name,
		const char *options, const char *why)
{
	struct indices indices = { NULL, 0 };
	int found = modules_find(modules, name, why, &indices);

	for (size_t i = 0; i < indices.count && found > 0; i++)
		ask(modules, indices.list[i], load, options);
	free(indices.list);
	if (found)
		return found < 0 ? -1 : 0;
	return no_such(modules, name);
}

int modules_add_device(struct modules *modules, enum module_load load, const char *alias,
		       const char *const *directories, const char *why)
{
	struct indices indices = { NULL, 0 };
	int found = modules_find_alias(modules, alias, directories, why, &indices);

	for (size_t i = 0; i < indices.count && found > 0; i++)
		ask(modules, indices.list[i], load, NULL);
	free(indices.list);
	return found < 0 ? -1 : 0;
}

static void free_item(struct item *item)
{
	free(item->name);
	free(item->path);
	free(item->options);
	free(item->why);
	free(item->before.list);
	free(item->after.list);
	buffer_free(&item->info);
}

static void free_texts(char **texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(texts[i]);
	free(texts);
}

void modules_free(struct modules *modules)
{
	if (!modules)
		return;
	for (size_t i = 0; i < modules->count; i++)
		free_item(&modules->items[i]);
	for (size_t i = 0; i < modules->conf_count; i++) {
		free(modules->conf[i].name);
		free(modules->conf[i].value);
		free(modules->conf[i].where);
	}
	free_texts(modules->firmware, modules->firmware_count);
	free(modules->conf);
	free(modules->asks);
	free(modules->items);
	if (modules->kmod)
		kmod_calls()->unref(modules->kmod);
	free(modules->dir);
	free(modules->release);
	free(modules->firmware_dir);
	free(modules);
}
