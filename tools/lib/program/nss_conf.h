/* SPDX-License-Identifier: MIT */
/* nss_conf.h - the services that an nsswitch.conf names. */
#ifndef TOOLS_LIB_NSS_CONF_H
#define TOOLS_LIB_NSS_CONF_H

/* All zero but for `text`, which is ended by NUL, cut in place, and may be NULL. */
struct nss_conf {
	char *text; /* the lines still to come */
	char *words; /* the rest of the current line */
};

/* The next service, as often as it is named: of "DATABASE: SERVICE [STATUS=ACTION] ...". Skips one
 * with a slash, which is not a name of a library. NULL at the end. Source: nsswitch.conf(5). */
const char *nss_conf_next(struct nss_conf *conf);

#endif
