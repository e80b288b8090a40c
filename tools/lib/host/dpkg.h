/* dpkg.h - which of Debian's packages a file of the host came with. */
#ifndef TOOLS_LIB_DPKG_H
#define TOOLS_LIB_DPKG_H

#include <stddef.h>

struct dpkg;

struct dpkg_package {
	char *name, *version, *architecture;
};

/* Looks for the owners of `count` absolute paths in dpkg's database, /var/lib/dpkg below `root` ("" for this
 * machine). Never NULL: where there is no database, nothing has an owner. */
struct dpkg *dpkg_new(const char *root, const char *const *paths, size_t count);
void dpkg_free(struct dpkg *dpkg);

/* The package of paths[index], or NULL. */
const struct dpkg_package *dpkg_owner(const struct dpkg *dpkg, size_t index);

#endif
