// SPDX-License-Identifier: MIT
/* fuzz_check.c - PROPERTY: any bytes as an image pass through every rule, twice the same; counts
 * add up. */
#include "tests/fuzz/fuzz.h"
#include "tools/lib/base/limit.h"

#include "tools/lib/check/check.h"

static const char config[] =
	"# Linux/x86 6.1.0 Kernel Configuration\nCONFIG_64BIT=y\nCONFIG_X86_64=y\n"
	"CONFIG_CC_VERSION_TEXT=\"gcc\"\nCONFIG_MODULES=y\nCONFIG_MODULE_SIG_FORCE=y\n";

/* Everything known, so that every rule has its say; the line is the input's first one. */
static void check_once(const uint8_t *data, size_t size, struct check *check)
{
	const uint8_t *newline = memchr(data, '\n', size < 200 ? size : 200);
	size_t len = newline ? (size_t)(newline - data) : 0;
	char *line = text_of(data, len);
	struct mapped_file file = { .mapped = 0 };

	if (newline)
		len++;
	*check = (struct check){ .machine = CHECK_PC, .memory_mib = 64 };
	check->append = newline ? line : NULL;
	buffer_text(&check->config.text, config);
	check->config.from = text_of((const uint8_t *)"config", 6);
	collect(&file.copy, data + len, size - len);
	collect_end(&file.copy);
	file.bytes = file.copy.bytes;
	limit_begin(); /* each input is a run of its own */
	check_read_image(check, "image", &file);
	check_judge(check);
	check->append = NULL;
	free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct check one, two;
	size_t all = 0;

	check_once(data, size, &one);
	check_once(data, size, &two);
	CHECK(one.results.finding_count == two.results.finding_count);
	for (size_t i = 0; i < one.results.finding_count; i++) {
		CHECK(!strcmp(one.results.findings[i].text, two.results.findings[i].text));
		CHECK(!i || one.results.findings[i - 1].number <= one.results.findings[i].number);
	}
	for (size_t i = 0; i < CHECK_NUMBERS; i++)
		all += one.results.per_rule[i];
	CHECK(all == one.results.counts[CHECK_ERROR] + one.results.counts[CHECK_WARNING]);
	check_free(&one);
	check_free(&two);
	return 0;
}
