// SPDX-License-Identifier: MIT
/* test_env_words.c - what env starts for the #! line of a script. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/lib/program/script.h"

static const struct {
	const char *text, *program, *why; /* why: a part of it */
} rows[] = {
	{ "", NULL, NULL },
	{ "  python3 \t", "python3", NULL },
	{ "-i", NULL, NULL },
	{ "A=1", NULL, NULL },
	{ "-u", NULL, NULL },
	{ "P x", "P x", "split it with -S" },
	{ "A=1 P", NULL, NULL }, /* one assignment, of a value with a blank */
	{ "-S -u FOO prog", "prog", NULL },
	{ "-Sprog -x", "prog", NULL },
	{ "-SP x", "P", NULL },
	{ "-vS prog", "prog", NULL },
	{ "-iS A=1 B=2 prog arg", "prog", NULL },
	{ "--split-string=prog x", "prog", NULL },
	{ "--split=prog x", "prog", NULL },
	{ "-S --unset=FOO --chdir /tmp prog", "prog", NULL },
	{ "-S -uFOO -C /tmp -C/x prog", "prog", NULL },
	{ "-S -- A=1 prog", "prog", NULL },
	{ "-S - prog", "prog", NULL },
	{ "-S -S 'x y' z", "x", NULL },
	{ "-S \"a b\" c", "a b", NULL },
	{ "-S 'a\\b' c", "a\\b", NULL },
	{ "-S 'a\\'b' c", "a'b", NULL },
	{ "-S a\\_b", "a", NULL },
	{ "-S \"a\\_b\"", "a b", NULL },
	{ "-S a\\tb", "a\tb", NULL },
	{ "-S prog\\c x", "prog", NULL },
	{ "-S prog # ${x} 'y", "prog", NULL },
	{ "-S # prog", NULL, NULL },
	{ "-S a#b", "a#b", NULL },
	{ "-S \\#b", "#b", NULL },
	{ "-S ${HOME}/prog", NULL, "only the guest knows" },
	{ "-S prog '$x'", "prog", NULL },
	{ "-S \"prog", NULL, "has no end" },
	{ "-S pr\\og", NULL, "no such escape" },
	{ "-S", NULL, NULL },
	{ "-S -u", NULL, NULL },
};

static void every_line_starts_what_env_would(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *why;
		char *program = env_words_program(rows[i].text, &why);

		if (rows[i].program ? !program || strcmp(program, rows[i].program) : !!program)
			fail_msg("%s: %s", rows[i].text, program ? program : "-");
		if (rows[i].why ? !why || !strstr(why, rows[i].why) : !!why)
			fail_msg("%s: %s", rows[i].text, why ? why : "-");
		free(program);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line_starts_what_env_would),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
