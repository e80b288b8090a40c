/* module.c - kernel modules with what they need, in load order, into the image. */
#include "tools/lib/module.h"

#include <errno.h>
#include <libkmod.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/error.h"
#include "tools/lib/mem.h"
#include "tools/lib/modfile.h"
#include "tools/lib/modinfo.h"
#include "tools/lib/modname.h"

#define MODULES_LIST "/etc/rdinit/modules"

enum visit {
	VISIT_BEGUN,	/* its dependencies are being collected: met again, it is a cycle */
	VISIT_DONE,
};

struct item {
	char *name;
	char *path;	/* on the host */
	char *options;	/* or NULL */
	char *why;
	enum visit visit;
	size_t rank;	/* place in the load order, once done */
};

struct modules {
	struct kmod_ctx *kmod;
	char *dir, *release;
	struct item *items;	/* in the order they were met */
	size_t count;
	size_t loaded;		/* ranks given so far */
	char **builtin;
	size_t builtin_count;
};

static void no_log(void *data, int priority, const char *file, int line, const char *fn,
		   const char *format, va_list args)
{
	/* libkmod writes to stderr; what goes wrong is reported here, once, with names. */
	(void)data, (void)priority, (void)file, (void)line, (void)fn, (void)format, (void)args;
}

struct modules *modules_new(const struct module_source *source)
{
	static const char *const no_config[] = { NULL };
	char *index = xasprintf("%s/modules.dep.bin", source->dir);
	struct modules *modules = NULL;

	if (access(index, R_OK)) {
		error_errno(errno, "modules of kernel %s: %s (depmod makes it)", source->release,
			    shown(index));
	} else {
		modules = xcalloc(1, sizeof(*modules));
		modules->dir = xstrdup(source->dir);
		modules->release = xstrdup(source->release);
		modules->kmod = kmod_new(source->dir, no_config);
		if (modules->kmod)
			kmod_set_log_fn(modules->kmod, no_log, NULL);
		if (!modules->kmod || kmod_load_resources(modules->kmod) < 0) {
			error("modules of kernel %s: %s: damaged index (run depmod again)",
			      source->release, shown(source->dir));
			modules_free(modules);
			modules = NULL;
		}
	}
	free(index);
	return modules;
}

static struct item *find_item(struct modules *modules, const char *name)
{
	for (size_t i = 0; i < modules->count; i++)
		if (!strcmp(modules->items[i].name, name))
			return &modules->items[i];
	return NULL;
}

static void add_builtin(struct modules *modules, const char *name)
{
	size_t count = modules->builtin_count++;

	modules->builtin = xreallocarray(modules->builtin, count + 1, sizeof(*modules->builtin));
	modules->builtin[count] = xstrdup(name);
}

/* Adds every module that `name` stands for. Returns how many were found, built-in ones counted,
 * or -1 after reporting. */
static int add_name(struct modules *modules, const char *name, const char *options,
		    const char *why);

enum order { BEFORE, AFTER };
enum need { SOFT, HARD };

/* What the words of one modinfo value name: "a,b" of depends, "pre: a b post: c" of softdep. A
 * dependency that is nowhere would make the load fail; a soft one may be missing. */
static int add_words(struct modules *modules, const char *value, enum order order, enum need need,
		     const char *why)
{
	enum order at = BEFORE;
	char *words = xstrdup(value), *state = NULL;
	int result = 1;

	for (char *word = strtok_r(words, ", \t", &state); word && result >= 0;
	     word = strtok_r(NULL, ", \t", &state)) {
		if (!strcmp(word, "pre:"))
			at = BEFORE;
		else if (!strcmp(word, "post:"))
			at = AFTER;
		else if (at == order)
			result = add_name(modules, word, NULL, why);
		if (at == order && !result && need == HARD)
			result = error("module %s: kernel %s has no such module; %s",
				       shown(word), modules->release, why);
	}
	free(words);
	return result < 0 ? -1 : 0;
}

static int add_needed(struct modules *modules, const struct buffer *info, enum order order,
		      const char *why)
{
	struct span left = { (const uint8_t *)info->data, info->len };
	const char *text;
	int result = 0;

	while (!result && (text = modinfo_next(&left))) {
		if (!strncmp(text, "softdep=", 8))
			result = add_words(modules, text + 8, order, SOFT, why);
		else if (!strncmp(text, "depends=", 8) && order == BEFORE)
			result = add_words(modules, text + 8, order, HARD, why);
	}
	return result;
}

static void set_options(struct item *item, const char *options)
{
	if (!options || !*options)
		return;
	free(item->options);
	item->options = xstrdup(options);
}

static int add_module(struct modules *modules, struct kmod_module *module, const char *options,
		      const char *why)
{
	const char *name = kmod_module_get_name(module), *path = kmod_module_get_path(module);
	struct item *item = find_item(modules, name);
	struct buffer info = { NULL, 0, 0 };
	size_t index = modules->count;
	char *needed;
	int result;

	if (item) {
		set_options(item, options);
		return 0;
	}
	if (!path) {
		add_builtin(modules, name);
		return 0;
	}
	if (modfile_info(module, &info))
		return -1;
	modules->items = xreallocarray(modules->items, index + 1, sizeof(*item));
	modules->items[index] = (struct item){ .name = xstrdup(name), .path = xstrdup(path),
					       .why = xstrdup(why), .visit = VISIT_BEGUN };
	set_options(&modules->items[index], options);
	modules->count++;
	needed = xasprintf("needed by module %s", name);
	result = add_needed(modules, &info, BEFORE, needed);
	modules->items[index].visit = VISIT_DONE;
	modules->items[index].rank = modules->loaded++;
	if (!result)
		result = add_needed(modules, &info, AFTER, needed);
	buffer_free(&info);
	free(needed);
	return result;
}

static int add_path(struct modules *modules, const char *path, const char *options,
		    const char *why)
{
	struct kmod_module *module;
	int result;

	if (access(path, R_OK))
		return error_errno(errno, "module %s", shown(path));
	result = kmod_module_new_from_path(modules->kmod, path, &module);
	if (result < 0)
		return error_errno(-result, "module %s", shown(path));
	result = add_module(modules, module, options, why);
	kmod_module_unref(module);
	return result ? -1 : 1;
}

static int add_name(struct modules *modules, const char *name, const char *options,
		    const char *why)
{
	struct kmod_list *list = NULL, *at;
	int found = 0;

	if (kmod_module_new_from_lookup(modules->kmod, name, &list) < 0)
		return 0;
	kmod_list_foreach(at, list) {
		struct kmod_module *module = kmod_module_get_module(at);

		if (found >= 0 && add_module(modules, module, options, why))
			found = -1;
		else if (found >= 0)
			found++;
		kmod_module_unref(module);
	}
	kmod_module_unref_list(list);
	return found;
}

int modules_add(struct modules *modules, const char *name, const char *options, const char *why)
{
	int found = strchr(name, '/') ? add_path(modules, name, options, why)
				      : add_name(modules, name, options, why);
	char *close;

	if (found)
		return found < 0 ? -1 : 0;
	close = modname_close(modules->dir, name);
	error("module %s: kernel %s has no such module%s%s", shown(name), modules->release,
	      close ? "; did you mean " : "", close ? close : "");
	free(close);
	return -1;
}

static int by_rank(const void *a, const void *b)
{
	size_t left = ((const struct item *)a)->rank, right = ((const struct item *)b)->rank;

	return left < right ? -1 : left > right;
}

/* Where the module goes in the image. All lie side by side: a kernel has no two modules of one
 * name, and before a hand-off /init deletes what the image held, at four system calls a folder. */
static char *place_of(const struct modules *modules, const struct item *item)
{
	return xasprintf("/lib/modules/%s%s", modules->release, strrchr(item->path, '/'));
}

/* The file unpacked, under its name without .gz or .zst. */
static struct entry *add_unpacked(struct image *image, char *place, const struct item *item)
{
	struct buffer plain = { NULL, 0, 0 };
	struct entry *entry = NULL;

	*strrchr(place, '.') = '\0';
	if (!modfile_read(item->path, &plain))
		entry = image_add_data(image, place, plain.data, plain.len, 0644, item->why);
	buffer_free(&plain);
	return entry;
}

static int add_item(struct modules *modules, struct image *image, const struct item *item,
		    struct buffer *list)
{
	char *place = place_of(modules, item);
	struct entry *entry;

	if (modfile_is_packed(place))
		entry = add_unpacked(image, place, item);
	else
		entry = image_add_file(image, place, item->path, 0644, item->why);
	if (entry)
		buffer_printf(list, "%s%s%s\n", place, item->options ? " " : "",
			      item->options ? item->options : "");
	free(place);
	return entry ? 0 : -1;
}

int modules_finish(struct modules *modules, struct image *image)
{
	struct buffer list = { NULL, 0, 0 };
	int result = 0;

	if (modules->count)
		qsort(modules->items, modules->count, sizeof(*modules->items), by_rank);
	for (size_t i = 0; i < modules->count && !result; i++)
		result = add_item(modules, image, &modules->items[i], &list);
	if (!result && list.len &&
	    !image_add_data(image, MODULES_LIST, list.data, list.len, 0644, "list of modules"))
		result = -1;
	buffer_free(&list);
	return result;
}

size_t modules_builtin_count(const struct modules *modules)
{
	return modules->builtin_count;
}

const char *modules_builtin_name(const struct modules *modules, size_t index)
{
	return modules->builtin[index];
}

void modules_free(struct modules *modules)
{
	if (!modules)
		return;
	for (size_t i = 0; i < modules->count; i++) {
		free(modules->items[i].name);
		free(modules->items[i].path);
		free(modules->items[i].options);
		free(modules->items[i].why);
	}
	for (size_t i = 0; i < modules->builtin_count; i++)
		free(modules->builtin[i]);
	free(modules->builtin);
	free(modules->items);
	kmod_unref(modules->kmod);
	free(modules->dir);
	free(modules->release);
	free(modules);
}
