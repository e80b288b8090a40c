// SPDX-License-Identifier: MIT
/* fuzz_ip.c - PROPERTY: an address that ip= gives is one that, printed, gives itself again. */
#include "init/pure/ip.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size), address[IP_TEXT_MAX], gateway[IP_TEXT_MAX],
	     again[2 * IP_TEXT_MAX + 2];
	struct ip_settings ip, second;
	int error = ip_parse(text, &ip);

	CHECK(error == 0 || error == 1 || error == -EINVAL || error == -EOPNOTSUPP);
	CHECK(memchr(ip.device, '\0', sizeof(ip.device)));
	if (error == 0) {
		CHECK(ip.address && ip.netmask);
		ip_format(ip.address, address);
		ip_format(ip.gateway, gateway);
		snprintf(again, sizeof(again), "%s::%s", address, gateway);
		CHECK(ip_parse(again, &second) == 0);
		CHECK(second.address == ip.address && second.gateway == ip.gateway);
	}
	free(text);
	return 0;
}
