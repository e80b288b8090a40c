/* nss_conf.h - the services that an nsswitch.conf names. */
#ifndef TOOLS_LIB_NSS_CONF_H
#define TOOLS_LIB_NSS_CONF_H

/* All zero but for `text`, which is ended by NUL, cut in place, and may be NULL. */
struct nss_conf {
	char *text; /* the lines still to come */
	char *words; /* what is left of the line at hand */
};

/* The next service, as often as it is named: of "DATABASE: SERVICE [STATUS=ACTION] ...". One with a
 * slash, which is no name of a library, is passed over. NULL at the end. Source:
 * nsswitch.conf(5). */
const char *nss_conf_next(struct nss_conf *conf);

#endif
