// SPDX-License-Identifier: MIT
/* check_report.c - what check_judge() found, as text and as JSON. */
#include "tools/lib/check/check_report.h"

#include <jansson.h>
#include <stdlib.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/json_print.h"

static const char *const severities[] = { [CHECK_ERROR] = "error", [CHECK_WARNING] = "warning" };

static const struct check_rule *rule_of(enum check_number number)
{
	for (size_t i = 0; i < check_rule_count; i++)
		if (check_rules[i].number == number)
			return &check_rules[i];
	return &check_rules[0];
}

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

static void print_programs(const struct check *check, FILE *out)
{
	for (size_t i = 0; i < check->program_count; i++)
		fprintf(out, "program: %s%s%s\n", shown(check->programs[i].path),
			check->programs[i].entry ? "" : " (not in the image)",
			!i && check->is_ours ? " (rdinit's /init)" : "");
}

void check_report_facts(const struct check *check, FILE *out)
{
	fprintf(out, "image: %zu entries in %zu segment%s%s\n", check->archive->count,
		check->archive->segment_count, plural(check->archive->segment_count),
		check->archive->is_damaged ? ", a part of it unreadable" : "");
	if (check->has_kernel)
		fprintf(out, "kernel: %s (%s)\n", shown(check->kernel.image),
			shown(check->kernel.release));
	else
		fputs("kernel: unknown (--kernel)\n", out);
	fprintf(out, "its configuration: %s\n",
		check->config.from ? shown(check->config.from) : "unknown (--config)");
	print_programs(check, out);
	for (size_t i = 0; i < check->results.unjudged_count; i++) {
		const struct check_unjudged *unjudged = &check->results.unjudged[i];

		fprintf(out, "skipped: %s (%d): %s\n", rule_of(unjudged->number)->name,
			unjudged->number, unjudged->why);
	}
	fputs("\n", out);
}

/* The part of the image that could not be read may have any problem. */
static void print_unread(const struct check *check, FILE *out)
{
	for (size_t i = 0; i < check->results.unjudged_count; i++)
		if (check->results.unjudged[i].number == CHECK_UNREADABLE) {
			fprintf(out, "not read to the end: %s\n", check->results.unjudged[i].why);
			return;
		}
}

void check_report_text(const struct check *check, FILE *out)
{
	size_t errors = check->results.counts[CHECK_ERROR],
	       warnings = check->results.counts[CHECK_WARNING];

	for (size_t i = 0; i < check->results.finding_count; i++) {
		const struct check_finding *finding = &check->results.findings[i];
		size_t all = check->results.per_rule[finding->number];

		fprintf(out, "%s: %s (%d): %s\n    cure: %s\n\n", severities[finding->severity],
			rule_of(finding->number)->name, finding->number, finding->text,
			finding->cure);
		if (all > CHECK_SHOWN &&
		    (i + 1 == check->results.finding_count || finding[1].number != finding->number))
			fprintf(out, "... and %zu more of %s (%d)\n\n", all - CHECK_SHOWN,
				rule_of(finding->number)->name, finding->number);
	}
	fprintf(out, "%s: ", shown(check->archive->name));
	if (errors + warnings)
		fprintf(out, "%zu error%s, %zu warning%s\n", errors, plural(errors), warnings,
			plural(warnings));
	else if (!check->archive->is_damaged)
		fputs("no problems found\n", out);
	if (check->archive->is_damaged && !errors)
		print_unread(check, out);
}

/* JSON is UTF-8, and shown() lets pass some forms that jansson does not. */
static json_t *text_json(const char *text)
{
	json_t *json = text ? json_string(shown(text)) : json_null();
	struct buffer plain = { NULL, 0, 0 };

	if (json || !text)
		return json;
	for (; *text; text++)
		if ((unsigned char)*text < 0x80)
			buffer_add(&plain, text, 1);
		else
			buffer_printf(&plain, "\\x%02x", (unsigned char)*text);
	json = json_string(plain.data);
	buffer_free(&plain);
	return json;
}

/* A finding's text went through shown() by parts. */
static json_t *finding_json(const struct check_finding *finding)
{
	json_t *text = json_string(finding->text);

	return json_pack("{s:s, s:s, s:i, s:o, s:s}", "severity", severities[finding->severity],
			 "rule", rule_of(finding->number)->name, "number", (int)finding->number,
			 "text", text ? text : text_json(finding->text), "cure", finding->cure);
}

static json_t *unjudged_json(const struct check_unjudged *unjudged)
{
	json_t *why = json_string(unjudged->why);

	return json_pack("{s:s, s:i, s:o}", "rule", rule_of(unjudged->number)->name, "number",
			 (int)unjudged->number, "why", why ? why : text_json(unjudged->why));
}

int check_report_json(const struct check *check, FILE *out)
{
	json_t *findings = json_array(), *unjudged = json_array(), *whole;
	int result;

	for (size_t i = 0; i < check->results.finding_count; i++)
		json_array_append_new(findings, finding_json(&check->results.findings[i]));
	for (size_t i = 0; i < check->results.unjudged_count; i++)
		json_array_append_new(unjudged, unjudged_json(&check->results.unjudged[i]));
	whole = json_pack("{s:o, s:b, s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "image",
			  text_json(check->archive->name), "whole", !check->archive->is_damaged,
			  "errors", (json_int_t)check->results.counts[CHECK_ERROR], "warnings",
			  (json_int_t)check->results.counts[CHECK_WARNING], "kernel",
			  text_json(check->has_kernel ? check->kernel.image : NULL), "release",
			  text_json(check->has_kernel ? check->kernel.release : NULL), "config",
			  text_json(check->config.from), "findings", findings, "unjudged",
			  unjudged);
	result = json_print(whole, out);
	json_decref(whole);
	return result ? error("%s: cannot write JSON", shown(check->archive->name)) : 0;
}
