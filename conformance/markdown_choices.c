/* docs/choices.md: what is open, who shows it, and what others do. */
#include "conformance/markdown.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/commands.h"
#include "conformance/paths.h"
#include "conformance/yaml.h"
#include "goldvi/goldvi.h"

enum { SHOWN = 4, MAX_ID = 96 };

/* The cases that name a choice: how many, and the first of them. */
struct shown {
	unsigned count;
	char id[SHOWN][MAX_ID];
};

static const struct {
	enum gvi_choice choice;
	const char *who, *what, *how;
} others[] = {
#define OTHER(choice, who, what, how) {GVI_CHOICE_##choice, who, what, how},
#define SETTLED(what, qemu, virtualbox, openvmm, spec, clause)
#include "conformance/others.def"
#undef OTHER
#undef SETTLED
};

static const struct {
	const char *what, *qemu, *virtualbox, *openvmm, *spec, *clause;
} settled[] = {
#define OTHER(choice, who, what, how)
#define SETTLED(what, qemu, virtualbox, openvmm, spec, clause)                                     \
	{what, qemu, virtualbox, openvmm, spec, clause},
#include "conformance/others.def"
#undef OTHER
#undef SETTLED
};

static bool look(void *user, const char *path);
static void put_choice(const struct gvi_choice_info *c, const struct shown *shown);
static void put_settled(void);

int put_choices(const char *path)
{
	struct shown *shown = calloc(GVI_NCHOICES, sizeof *shown);
	char error[1024] = "memory ran out", *paths[1] = {(char *)(uintptr_t)path};

	if (!shown || (path && !for_each_file(paths, 1, look, shown, error, sizeof error))) {
		free(shown);
		return wrong_use("markdown", "%s", error);
	}
	put_title("Choices", "choices vectors");
	puts("What the architecture leaves open, or what is not known for sure. The first "
	     "alternative is the\n"
	     "preferred reading and what the model predicts. A *habit* is settled once by an\n"
	     "implementation, and one that changes its mind during a run fails; an *event* may "
	     "come out\n"
	     "differently each time. Vectors name the choice where they meet it (`choice:`), "
	     "profiles settle\n"
	     "habits (`habits:`). What others do is known from reading them, from measuring QEMU "
	     "with these\n"
	     "vectors, or from field logs of hardware. The last section has what they do where "
	     "docs/spec is sure.");
	for (unsigned i = 0; i < GVI_NCHOICES; i++)
		put_choice(&gvi_choices[i], &shown[i]);
	put_settled();
	free(shown);
	return ALL_PASSED;
}

static void put_others(enum gvi_choice choice);

static void put_choice(const struct gvi_choice_info *c, const struct shown *shown)
{
	enum gvi_clause clause = gvi_find_clause(c->clause);

	printf("\n## %s\n\n", c->id);
	put_text(c->text);
	printf(" %s, %s", c->habit ? "Habit" : "Event", c->ambiguity);
	if (clause != GVI_CLAUSE_NONE)
		printf(" of [`%s`](clauses.md) in [%s](spec/%s)", c->clause,
		       gvi_clauses[clause].file, gvi_clauses[clause].file);
	puts(".\n\n| alternative | what happens |\n|---|---|");
	for (unsigned i = 0; i < c->count; i++) {
		printf("| `%s`%s | ", c->alternative[i].name, i ? "" : " (preferred)");
		put_text(c->alternative[i].text);
		puts(" |");
	}
	if (shown->count)
		printf("\nVectors that tell the alternatives apart: %u, such as", shown->count);
	for (unsigned i = 0; i < shown->count && i < SHOWN; i++)
		printf("%s `%s`", i ? "," : "", shown->id[i]);
	if (shown->count)
		puts(".");
	put_others((enum gvi_choice)(c - gvi_choices));
}

static bool is_alternative(enum gvi_choice choice, const char *what)
{
	for (unsigned i = 0; i < gvi_choices[choice].count; i++)
		if (!strcmp(gvi_choices[choice].alternative[i].name, what))
			return true;
	return false;
}

static void put_others(enum gvi_choice choice)
{
	const char *separator = "\nOthers: ";

	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		const char *quote = is_alternative(choice, others[i].what) ? "`" : "";

		if (others[i].choice != choice)
			continue;
		printf("%s%s: %s", separator, others[i].who, quote);
		put_text(others[i].what);
		printf("%s (%s)", quote, others[i].how);
		separator = "; ";
	}
	if (separator[0] == ';')
		puts(".");
}

static void put_settled(void)
{
	puts("\n## Where others differ and docs/spec is sure\n\n"
	     "| situation | QEMU | VirtualBox | OpenVMM | docs/spec | clause |\n"
	     "|---|---|---|---|---|---|");
	for (size_t i = 0; i < sizeof settled / sizeof settled[0]; i++) {
		const char *cell[] = {settled[i].what, settled[i].qemu, settled[i].virtualbox,
				      settled[i].openvmm, settled[i].spec};

		for (unsigned k = 0; k < 5; k++) {
			fputs("| ", stdout);
			put_text(cell[k]);
			putchar(' ');
		}
		printf("| `%s` |\n", settled[i].clause);
	}
}

/* ---- Which vectors name a choice --------------------------------------------------- */

static void find_choices(const struct yaml_node *node, const char *id, struct shown *shown);

static bool look(void *user, const char *path)
{
	char error[1024];
	struct yaml_file *file = yaml_read(path, error, sizeof error);
	const struct yaml_node *list = file ? yaml_get(file->root, "cases") : NULL;

	for (struct yaml_node *c = list ? list->first : NULL; c; c = c->next) {
		const struct yaml_node *id = yaml_get(c, "id");

		if (id && id->text)
			find_choices(c, id->text, user);
	}
	if (file)
		yaml_release(file);
	return file != NULL;
}

static void add(struct shown *shown, const char *id)
{
	unsigned last = shown->count < SHOWN ? shown->count : SHOWN;

	if (last && !strcmp(shown->id[last - 1], id))
		return;
	if (shown->count < SHOWN)
		snprintf(shown->id[shown->count], MAX_ID, "%s", id);
	shown->count++;
}

static void find_choices(const struct yaml_node *node, const char *id, struct shown *shown)
{
	for (const struct yaml_node *n = node->first; n; n = n->next) {
		bool names = n->key && n->text && !strcmp(n->key, "choice");
		enum gvi_choice choice = names ? gvi_find_choice(n->text) : GVI_NCHOICES;

		if (choice != GVI_NCHOICES)
			add(&shown[choice], id);
		find_choices(n, id, shown);
	}
}
