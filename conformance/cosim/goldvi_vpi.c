/* The scoreboard for Verilog simulators with VPI, such as Icarus: system functions that
 * take what goldvi_cosim.sv's imports take, all of it, and return the same.  Memory is the
 * scoreboard's own.
 *
 *   integer s;
 *   s = $goldvi_new("host-only");               // 0: there is no such preset
 *   if ($goldvi_set(s, "delay", 8)) ...         // before the first item
 *   ok = $goldvi_write(s, spa, data);           // data: 64 bits, or 256 at once
 *   ok = $goldvi_mmio_write(s, offset, length, value);
 *   ok = $goldvi_issue(s, tag, device, address, length, access, prefix);
 *   ok = $goldvi_grant(s, tag, spa);
 *   data = $goldvi_read(s, spa);                // 64 bits, for the IOMMU's memory port
 *   n = $goldvi_total(s, "answers");
 *   refused = $goldvi_finish(s);
 *
 * Build: cc -shared -fPIC goldvi_vpi.c -lgoldvi_cosim -lgoldvi -o goldvi.vpi.  Icarus has to
 * load it when it compiles, too (iverilog -L. -mgoldvi), to know of functions of 64 bits. */
#include <stdint.h>
#include <string.h>
#include <vpi_user.h>

#include "goldvi_dpi.h"

enum { MOST_BOARDS = 16, MOST_ARGUMENTS = 8, WORDS = 4 };

/* A number of up to 256 bits, or a text. */
struct argument {
	uint64_t word[WORDS];
	unsigned bits;
	const char *text;
};

/* A function, and the arguments that follow the scoreboard. */
struct function {
	const char *name;
	unsigned arguments;
	int (*call)(void *board, const struct argument *a);
};

/* One whose value has 64 bits. */
struct question {
	const char *name;
	uint64_t (*ask)(void *board, const struct argument *a);
};

static void *boards[MOST_BOARDS];

/* ---- What the functions do -------------------------------------------------------- */

static int number(const struct argument *a)
{
	return (int)a->word[0];
}

static int call_set(void *s, const struct argument *a)
{
	return a[0].text && goldvi_set(s, a[0].text, a[1].word[0]);
}

static int call_habit(void *s, const struct argument *a)
{
	return a[0].text && a[1].text && goldvi_habit(s, a[0].text, a[1].text);
}

static int call_write(void *s, const struct argument *a)
{
	uint32_t halves[2 * WORDS];

	if (a[1].bits <= 64)
		return goldvi_write64(s, a[0].word[0], a[1].word[0]);
	for (unsigned i = 0; i < 2 * WORDS; i++)
		halves[i] = (uint32_t)(a[1].word[i / 2] >> 32 * (i % 2));
	return goldvi_write256(s, a[0].word[0], halves);
}

static int call_iommu_write(void *s, const struct argument *a)
{
	return goldvi_iommu_write64(s, a[0].word[0], a[1].word[0]);
}

static int call_mmio_write(void *s, const struct argument *a)
{
	return goldvi_mmio_wrote(s, number(a), number(a + 1), a[2].word[0]);
}

static int call_mmio_read(void *s, const struct argument *a)
{
	return goldvi_mmio_read(s, number(a), number(a + 1), a[2].word[0]);
}

static int call_config_write(void *s, const struct argument *a)
{
	return goldvi_config_wrote(s, number(a), number(a + 1), number(a + 2));
}

static int call_config_read(void *s, const struct argument *a)
{
	return goldvi_config_read(s, number(a), number(a + 1), number(a + 2));
}

static int call_issue(void *s, const struct argument *a)
{
	return goldvi_issue(s, number(a), number(a + 1), a[2].word[0], number(a + 3), number(a + 4),
			    number(a + 5));
}

static int call_issue_interrupt(void *s, const struct argument *a)
{
	return goldvi_issue_interrupt(s, number(a), number(a + 1), a[2].word[0], number(a + 3),
				      number(a + 4));
}

static int call_issue_ats(void *s, const struct argument *a)
{
	return goldvi_issue_ats(s, number(a), number(a + 1), a[2].word[0], number(a + 3));
}

static int call_issue_page(void *s, const struct argument *a)
{
	return goldvi_issue_page(s, number(a), number(a + 1), a[2].word[0], number(a + 3),
				 number(a + 4));
}

static int call_page_taken(void *s, const struct argument *a)
{
	return goldvi_page_taken(s, number(a), number(a + 1));
}

static int call_grant(void *s, const struct argument *a)
{
	return goldvi_grant(s, number(a), a[1].word[0]);
}

static int call_abort(void *s, const struct argument *a)
{
	return goldvi_abort(s, number(a), number(a + 1));
}

static int call_remapped(void *s, const struct argument *a)
{
	return goldvi_remapped(s, number(a), a[1].word[0], number(a + 2));
}

static int call_completed(void *s, const struct argument *a)
{
	return goldvi_completed(s, number(a), a[1].word[0]);
}

/* A store of 64 bits, or a record of 128. */
static int call_written(void *s, const struct argument *a)
{
	return goldvi_written(s, a[0].word[0], a[1].word[0], a[1].word[1],
			      a[1].bits <= 64 ? 8 : 16);
}

static int call_interrupted(void *s, const struct argument *a)
{
	return goldvi_interrupted(s, a[0].word[0], number(a + 1));
}

static int call_sent_invalidate(void *s, const struct argument *a)
{
	return goldvi_sent_invalidate(s, number(a), number(a + 1), a[2].word[0], number(a + 3));
}

static int call_sent_response(void *s, const struct argument *a)
{
	return goldvi_sent_response(s, number(a), number(a + 1), number(a + 2));
}

static int call_device_done(void *s, const struct argument *a)
{
	return goldvi_device_done(s, number(a), number(a + 1), number(a + 2));
}

static int call_check(void *s, const struct argument *a)
{
	return goldvi_check(s, number(a), a[1].word[0], number(a + 2), number(a + 3), number(a + 4),
			    number(a + 5), a[6].word[0]);
}

static int call_open_tags(void *s, const struct argument *a)
{
	(void)a;
	return goldvi_open_tags(s);
}

static int call_finish(void *s, const struct argument *a)
{
	(void)a;
	return goldvi_finish(s);
}

static uint64_t ask_read(void *s, const struct argument *a)
{
	return goldvi_read64(s, a[0].word[0]);
}

static uint64_t ask_total(void *s, const struct argument *a)
{
	return a[0].text ? goldvi_total(s, a[0].text) : 0;
}

static struct function functions[] = {
	{"$goldvi_set", 2, call_set},
	{"$goldvi_habit", 2, call_habit},
	{"$goldvi_write", 2, call_write},
	{"$goldvi_iommu_write", 2, call_iommu_write},
	{"$goldvi_mmio_write", 3, call_mmio_write},
	{"$goldvi_mmio_read", 3, call_mmio_read},
	{"$goldvi_config_write", 3, call_config_write},
	{"$goldvi_config_read", 3, call_config_read},
	{"$goldvi_issue", 6, call_issue},
	{"$goldvi_issue_interrupt", 5, call_issue_interrupt},
	{"$goldvi_issue_ats", 4, call_issue_ats},
	{"$goldvi_issue_page", 5, call_issue_page},
	{"$goldvi_page_taken", 2, call_page_taken},
	{"$goldvi_grant", 2, call_grant},
	{"$goldvi_abort", 2, call_abort},
	{"$goldvi_remapped", 3, call_remapped},
	{"$goldvi_completed", 2, call_completed},
	{"$goldvi_written", 2, call_written},
	{"$goldvi_interrupted", 2, call_interrupted},
	{"$goldvi_sent_invalidate", 4, call_sent_invalidate},
	{"$goldvi_sent_response", 3, call_sent_response},
	{"$goldvi_device_done", 3, call_device_done},
	{"$goldvi_check", 7, call_check},
	{"$goldvi_open_tags", 0, call_open_tags},
	{"$goldvi_finish", 0, call_finish},
};

static struct question questions[] = {
	{"$goldvi_read", ask_read},
	{"$goldvi_total", ask_total},
};

/* ---- Arguments and results ----------------------------------------------------------- */

static void give(int value)
{
	s_vpi_value v;

	v.format = vpiIntVal;
	v.value.integer = value;
	vpi_put_value(vpi_handle(vpiSysTfCall, NULL), &v, NULL, vpiNoDelay);
}

static void give_wide(uint64_t value)
{
	struct t_vpi_vecval halves[2] = {{(PLI_INT32)value, 0}, {(PLI_INT32)(value >> 32), 0}};
	s_vpi_value v;

	v.format = vpiVectorVal;
	v.value.vector = halves;
	vpi_put_value(vpi_handle(vpiSysTfCall, NULL), &v, NULL, vpiNoDelay);
}

static void read_number(vpiHandle from, struct argument *a)
{
	s_vpi_value v;

	a->bits = (unsigned)vpi_get(vpiSize, from);
	v.format = vpiVectorVal;
	vpi_get_value(from, &v);
	for (unsigned i = 0; i < (a->bits + 31) / 32 && i < 2 * WORDS; i++)
		a->word[i / 2] |= (uint64_t)(uint32_t)v.value.vector[i].aval << 32 * (i % 2);
}

/* A constant in quotes. */
static int is_text(vpiHandle from)
{
	return vpi_get(vpiType, from) == vpiConstant &&
	       vpi_get(vpiConstType, from) == vpiStringConst;
}

static void read_text(vpiHandle from, struct argument *a, char *room, size_t size)
{
	s_vpi_value v;

	v.format = vpiStringVal;
	vpi_get_value(from, &v);
	strncpy(room, v.value.str, size - 1);
	room[size - 1] = '\0';
	a->text = room;
}

/* The number of arguments of this call. */
static unsigned read_arguments(struct argument *a, char (*room)[64])
{
	vpiHandle list = vpi_iterate(vpiArgument, vpi_handle(vpiSysTfCall, NULL));
	vpiHandle one;
	unsigned n = 0;

	while (list && n < MOST_ARGUMENTS && (one = vpi_scan(list)) != NULL) {
		if (is_text(one))
			read_text(one, &a[n], room[n], sizeof room[n]);
		else
			read_number(one, &a[n]);
		n++;
	}
	if (list && n == MOST_ARGUMENTS)
		vpi_free_object(list);
	return n;
}

static int wrong(const char *name, const char *why)
{
	vpi_printf("goldvi: %s: %s\n", name, why);
	give(0);
	return 0;
}

static PLI_INT32 on_new(PLI_BYTE8 *user)
{
	struct argument a[MOST_ARGUMENTS] = {{{0}, 0, NULL}};
	char room[MOST_ARGUMENTS][64];
	unsigned i = 0;

	(void)user;
	if (read_arguments(a, room) != 1 || !a[0].text)
		return wrong("$goldvi_new", "the name of a preset is needed.");
	while (i < MOST_BOARDS && boards[i])
		i++;
	if (i == MOST_BOARDS)
		return wrong("$goldvi_new", "there are too many.");
	boards[i] = goldvi_new(a[0].text);
	give(boards[i] ? (int)i + 1 : 0);
	return 0;
}

/* Everything but settings starts the scoreboard. */
static PLI_INT32 on_call(PLI_BYTE8 *user)
{
	const struct function *f = (const struct function *)(void *)user;
	struct argument a[MOST_ARGUMENTS] = {{{0}, 0, NULL}};
	char room[MOST_ARGUMENTS][64];
	unsigned n = read_arguments(a, room);
	uint64_t which = a[0].word[0] - 1;

	if (n != f->arguments + 1)
		return wrong(f->name, "this is not the number of arguments that it takes.");
	if (which >= MOST_BOARDS || !boards[which])
		return wrong(f->name, "there is no such scoreboard.");
	if (f->call != call_set && f->call != call_habit && !goldvi_start(boards[which], 0))
		return wrong(f->name, "the scoreboard cannot be started.");
	give(f->call(boards[which], a + 1));
	if (f->call != call_finish)
		return 0;
	goldvi_free(boards[which]);
	boards[which] = NULL;
	return 0;
}

static PLI_INT32 on_ask(PLI_BYTE8 *user)
{
	const struct question *q = (const struct question *)(void *)user;
	struct argument a[MOST_ARGUMENTS] = {{{0}, 0, NULL}};
	char room[MOST_ARGUMENTS][64];
	unsigned n = read_arguments(a, room);
	uint64_t which = a[0].word[0] - 1, value = 0;

	if (n != 2)
		vpi_printf("goldvi: %s: it takes a scoreboard and one argument.\n", q->name);
	else if (which >= MOST_BOARDS || !boards[which])
		vpi_printf("goldvi: %s: there is no such scoreboard.\n", q->name);
	else if (!goldvi_start(boards[which], 0))
		vpi_printf("goldvi: %s: the scoreboard cannot be started.\n", q->name);
	else
		value = q->ask(boards[which], a + 1);
	give_wide(value);
	return 0;
}

static PLI_INT32 bits_of_answer(PLI_BYTE8 *user)
{
	(void)user;
	return 64;
}

static void add(const char *name, PLI_INT32 (*call)(PLI_BYTE8 *), void *user)
{
	s_vpi_systf_data task;

	memset(&task, 0, sizeof task);
	task.type = vpiSysFunc;
	task.sysfunctype = call == on_ask ? vpiSizedFunc : vpiIntFunc;
	task.sizetf = call == on_ask ? bits_of_answer : NULL;
	task.tfname = name;
	task.calltf = call;
	task.user_data = user;
	vpi_register_systf(&task);
}

static void add_all(void)
{
	add("$goldvi_new", on_new, NULL);
	for (unsigned i = 0; i < sizeof functions / sizeof functions[0]; i++)
		add(functions[i].name, on_call, &functions[i]);
	for (unsigned i = 0; i < sizeof questions / sizeof questions[0]; i++)
		add(questions[i].name, on_ask, &questions[i]);
}

void (*vlog_startup_routines[])(void) = {add_all, NULL};
