// SPDX-License-Identifier: MIT
/* treemap.c - an archive as a picture: a rectangle a file, as large as it is. */
#include "tools/lib/cpio/treemap.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/lib/base/mem.h"

#define WIDTH 1200.0
#define HEIGHT 800.0
#define HEAD 24.0 /* the line above the picture */
#define TITLE 14.0 /* the line of a directory */
#define LETTER 6.2 /* the width of one letter of 11 pixels */
#define COLORS 8
#define MIN_SIDE 3.0 /* smaller ones are not drawn */

struct node {
	const char *name; /* ended by '/' or NUL */
	size_t name_len;
	uint64_t size; /* bytes, with all below */
	struct node *children; /* sorted by size, largest first, when all is read */
	size_t count, room;
};

struct box {
	double x, y, width, height;
};

struct drawing {
	FILE *out;
	uint64_t total;
	struct buffer path; /* of the node at hand */
	const struct node
		*split; /* the first directory that is not nearly all one child: each has a color */
	unsigned int color;
};

/* Paths are sorted: the entries of a directory are in a row, so only the last one counts. */
static struct node *child_of(struct node *node, const char *name, size_t len)
{
	struct node *last = node->count ? &node->children[node->count - 1] : NULL;

	if (last && last->name_len == len && !memcmp(last->name, name, len))
		return last;
	if (node->count == node->room) {
		node->room = node->room ? 2 * node->room : 4;
		node->children = xreallocarray(node->children, node->room, sizeof(*node->children));
	}
	node->children[node->count] = (struct node){ .name = name, .name_len = len };
	return &node->children[node->count++];
}

static void add(struct node *node, const char *path, uint64_t size)
{
	node->size += size;
	while (*(path += strspn(path, "/"))) {
		size_t len = strcspn(path, "/");

		node = child_of(node, path, len);
		node->size += size;
		path += len;
	}
}

static int by_size(const void *one, const void *other)
{
	const struct node *a = one, *b = other;
	size_t len = a->name_len < b->name_len ? a->name_len : b->name_len;
	int order = memcmp(a->name, b->name, len);

	if (a->size != b->size)
		return a->size < b->size ? 1 : -1;
	return order ? order : (a->name_len > b->name_len) - (a->name_len < b->name_len);
}

static void sort(struct node *node)
{
	if (node->count)
		qsort(node->children, node->count, sizeof(*node->children), by_size);
	for (size_t i = 0; i < node->count; i++)
		sort(&node->children[i]);
}

static void free_children(struct node *node)
{
	for (size_t i = 0; i < node->count; i++)
		free_children(&node->children[i]);
	free(node->children);
}

/* Text for XML; bytes that are not printable ASCII become dots. */
static void print_text(FILE *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '<' || text[i] == '>' || text[i] == '&')
			fprintf(out, "&#%d;", text[i]);
		else
			fputc(text[i] >= ' ' && text[i] <= '~' ? text[i] : '.', out);
	}
}

static void print_label(const struct drawing *drawing, const struct node *node,
			const struct box *box)
{
	size_t fits = box->width > 8 ? (size_t)((box->width - 8) / LETTER) : 0;

	if (box->height < TITLE || fits < 3)
		return;
	fprintf(drawing->out, "<text x=\"%.1f\" y=\"%.1f\">", box->x + 4, box->y + 11);
	print_text(drawing->out, node->name, node->name_len < fits ? node->name_len : fits);
	fputs("</text>", drawing->out);
}

static void print_box(const struct drawing *drawing, const struct node *node, const struct box *box)
{
	fprintf(drawing->out, "<g><title>");
	print_text(drawing->out, drawing->path.data, drawing->path.len);
	fprintf(drawing->out,
		"\n%llu bytes, %.1f %%</title><rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"%s%u\"/>",
		(unsigned long long)node->size, 100.0 * (double)node->size / (double)drawing->total,
		box->x, box->y, box->width, box->height, node->count ? "d" : "f", drawing->color);
	print_label(drawing, node, box);
	fputs("</g>\n", drawing->out);
}

static double worst(double sum, double largest, double smallest, double side)
{
	double wide = side * side * largest / (sum * sum),
	       narrow = sum * sum / (side * side * smallest);

	return wide > narrow ? wide : narrow;
}

/* How many of the children from `first` on make the squarest row along the shorter side; *sum is
 * their area. */
static size_t fill_row(const struct node *node, size_t first, double scale, double side,
		       double *sum)
{
	double largest = (double)node->children[first].size * scale, best = 0;
	size_t count = 0;

	*sum = 0;
	while (first + count < node->count && node->children[first + count].size) {
		double area = (double)node->children[first + count].size * scale;
		double ratio = worst(*sum + area, largest, area, side);

		if (count && ratio > best)
			break;
		best = ratio;
		*sum += area;
		count++;
	}
	return count;
}

static void draw(struct drawing *drawing, const struct node *node, struct box box);

static void draw_child(struct drawing *drawing, const struct node *child, const struct box *box)
{
	size_t len = drawing->path.len;

	if (box->width < MIN_SIDE || box->height < MIN_SIDE)
		return;
	buffer_text(&drawing->path, "/");
	buffer_add(&drawing->path, child->name, child->name_len);
	draw(drawing, child, *box);
	drawing->path.len = len;
}

static void draw_children(struct drawing *drawing, const struct node *node, struct box box)
{
	double scale = box.width * box.height / (double)node->size, sum;

	for (size_t first = 0, count; first < node->count && node->children[first].size;
	     first += count) {
		int upright = box.width >= box.height;
		double side = upright ? box.height : box.width, depth, at = 0;

		count = fill_row(node, first, scale, side, &sum);
		depth = sum / side;
		for (size_t i = first; i < first + count; i++) {
			double length = (double)node->children[i].size * scale / depth;
			struct box part =
				upright ? (struct box){ box.x, box.y + at, depth, length }
					: (struct box){ box.x + at, box.y, length, depth };

			if (node == drawing->split)
				drawing->color = (unsigned int)(i % COLORS);
			draw_child(drawing, &node->children[i], &part);
			at += length;
		}
		if (upright) {
			box.x += depth;
			box.width -= depth;
		} else {
			box.y += depth;
			box.height -= depth;
		}
	}
}

static void draw(struct drawing *drawing, const struct node *node, struct box box)
{
	print_box(drawing, node, &box);
	if (!node->count || box.width < 8 || box.height < TITLE + 8)
		return;
	box = (struct box){ box.x + 2, box.y + TITLE, box.width - 4, box.height - TITLE - 2 };
	draw_children(drawing, node, box);
}

static void print_style(FILE *out)
{
	static const char *const colors[COLORS] = { "#8dd3c7", "#ffffb3", "#bebada", "#fb8072",
						    "#80b1d3", "#fdb462", "#b3de69", "#fccde5" };

	fputs("<style>text{font:11px monospace;pointer-events:none}rect{stroke:#444;stroke-width:.4}\n",
	      out);
	for (size_t i = 0; i < COLORS; i++)
		fprintf(out, ".f%zu{fill:%s}.d%zu{fill:%s;fill-opacity:.45}\n", i, colors[i], i,
			colors[i]);
	fputs("g:hover>rect{stroke:#000;stroke-width:1.5}</style>\n", out);
}

static void read_all(const struct archive *archive, struct node *root)
{
	for (size_t i = 0; i < archive->count; i++) {
		size_t index = archive->by_path[i];
		const struct archive_entry *entry = &archive->entries[index];

		if (S_ISREG(entry->newc.fields.mode) && entry->data_of == index &&
		    archive_find(archive, entry->path) == entry)
			add(root, entry->path, archive_data(archive, entry).len);
	}
	sort(root);
}

void treemap_write(const struct archive *archive, FILE *out)
{
	struct node root = { .name = "", .name_len = 0 };
	struct drawing drawing = { .out = out };

	read_all(archive, &root);
	drawing.total = root.size;
	drawing.split = &root;
	while (drawing.split->count &&
	       drawing.split->children[0].size * 10 >= drawing.split->size * 9)
		drawing.split = &drawing.split->children[0];
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" font-size=\"11\">\n",
		WIDTH, HEIGHT + HEAD);
	print_style(out);
	fputs("<text x=\"4\" y=\"16\">", out);
	print_text(out, archive->name, strlen(archive->name));
	fprintf(out, ": %llu bytes in files, %zu bytes as it is</text>\n",
		(unsigned long long)root.size, archive->file.len);
	buffer_text(&drawing.path, "");
	if (root.size)
		draw_children(&drawing, &root, (struct box){ 0, HEAD, WIDTH, HEIGHT });
	fputs("</svg>\n", out);
	buffer_free(&drawing.path);
	free_children(&root);
}
