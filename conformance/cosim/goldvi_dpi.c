/* The scoreboard for SystemVerilog: the imports of goldvi_cosim.sv.
 *
 * Only types that every simulator passes alike: chandle, int, longint, string, and
 * one bit vector for a device table entry.  svdpi.h is not needed; what is used of it
 * stands below, as IEEE 1800 annex I has it. */
#include <stdlib.h>
#include <string.h>

#include "conformance/cosim/session.h"

typedef void *svScope;
__attribute__((weak)) svScope svGetScope(void);
__attribute__((weak)) svScope svSetScope(const svScope scope);

/* What the bench exports if tables stand in its memory. */
__attribute__((weak)) long long goldvi_bench_read64(long long spa);

#include "conformance/cosim/goldvi_dpi.h"

enum { PREFIX_PASID = 0xfffff };

/* Whose goldvi_bench_read64 it is. */
struct bench {
	struct session *session;
	svScope scope;
};

/* ---- Life -------------------------------------------------------------------------- */

void *goldvi_new(const char *preset)
{
	struct bench *b = calloc(1, sizeof *b);

	if (!b)
		return NULL;
	b->session = session_new(preset);
	if (b->session)
		return b;
	free(b);
	return NULL;
}

void goldvi_free(void *handle)
{
	struct bench *b = handle;

	if (b)
		session_free(b->session);
	free(b);
}

static struct session *session(void *handle)
{
	return handle ? ((struct bench *)handle)->session : NULL;
}

static struct scoreboard *board(void *handle)
{
	return session_board(session(handle));
}

int goldvi_set(void *handle, const char *name, unsigned long long value)
{
	return session_set(session(handle), name, value);
}

int goldvi_habit(void *handle, const char *choice, const char *alternative)
{
	return session_settle(session(handle), choice, alternative);
}

static enum gvi_bus read_bench(void *user, uint64_t spa, void *to, size_t len);

int goldvi_start(void *handle, int memory)
{
	struct bench *b = handle;

	if (!b)
		return 0;
	if (memory && !goldvi_bench_read64)
		return 0;
	if (!session_board(b->session))
		b->scope = svGetScope ? svGetScope() : NULL;
	return session_start(b->session, memory ? read_bench : NULL, b);
}

/* Word by word, in the scope from which the scoreboard was started. */
static enum gvi_bus read_bench(void *user, uint64_t spa, void *to, size_t len)
{
	const struct bench *b = user;
	unsigned char *p = to;
	uint64_t word = 0;

	if (svSetScope && b->scope)
		(void)svSetScope(b->scope);
	for (size_t i = 0; i < len; i++) {
		uint64_t at = spa + i;

		if (i == 0 || at % 8 == 0)
			word = (uint64_t)goldvi_bench_read64((long long)(at & ~UINT64_C(7)));
		p[i] = (unsigned char)(word >> 8 * (at % 8));
	}
	return GVI_BUS_OK;
}

/* ---- Memory and registers ------------------------------------------------------------ */

unsigned long long goldvi_read64(void *handle, unsigned long long spa)
{
	return session_load(session(handle), spa);
}

int goldvi_write64(void *handle, unsigned long long spa, unsigned long long data)
{
	const uint64_t word = data;

	return session_write(session(handle), spa, &word, 1);
}

int goldvi_write256(void *handle, unsigned long long spa, const uint32_t *data)
{
	uint64_t words[4];

	for (unsigned i = 0; i < 4; i++)
		words[i] = data[2 * i] | (uint64_t)data[2 * i + 1] << 32;
	return session_write(session(handle), spa, words, 4);
}

int goldvi_wrote64(void *handle, unsigned long long spa, unsigned long long old)
{
	const uint64_t word = old;

	return scoreboard_wrote(board(handle), spa, &word, 1);
}

int goldvi_iommu_write64(void *handle, unsigned long long spa, unsigned long long data)
{
	return session_iommu_write(session(handle), spa, data);
}

int goldvi_mmio_wrote(void *handle, int offset, int length, unsigned long long value)
{
	return scoreboard_mmio_write(board(handle), (uint32_t)offset, (unsigned)length, value);
}

int goldvi_mmio_read(void *handle, int offset, int length, unsigned long long value)
{
	return scoreboard_mmio_read(board(handle), (uint32_t)offset, (unsigned)length, value);
}

int goldvi_config_wrote(void *handle, int offset, int length, int value)
{
	return scoreboard_config_write(board(handle), (uint32_t)offset, (unsigned)length,
				       (uint32_t)value);
}

int goldvi_config_read(void *handle, int offset, int length, int value)
{
	return scoreboard_config_read(board(handle), (uint32_t)offset, (unsigned)length,
				      (uint32_t)value);
}

/* ---- Requests ------------------------------------------------------------------------- */

/* Bits of goldvi_prefix_t, from the top: has_pasid, execute, privileged, intx,
 * translated, no_write, pasid. */
static bool bit_of(int word, unsigned bit)
{
	return (unsigned)word >> bit & 1;
}

static struct gvi_input access_by(int device, unsigned long long address, int length, int access,
				  int prefix)
{
	struct gvi_input in = {.kind = GVI_INPUT_TRANSLATE};

	in.of.request = (struct gvi_request){.device = (uint16_t)device,
					     .address = address,
					     .length = (uint32_t)length,
					     .access = (uint8_t)access,
					     .has_pasid = bit_of(prefix, 25),
					     .execute = bit_of(prefix, 24),
					     .privileged = bit_of(prefix, 23),
					     .intx = bit_of(prefix, 22),
					     .translated = bit_of(prefix, 21)};
	if (in.of.request.has_pasid)
		in.of.request.pasid = (uint32_t)prefix & PREFIX_PASID;
	return in;
}

int goldvi_issue(void *handle, int tag, int device, unsigned long long address, int length,
		 int access, int prefix)
{
	const struct gvi_input in = access_by(device, address, length, access, prefix);

	return scoreboard_issue(board(handle), (uint32_t)tag, &in);
}

int goldvi_issue_interrupt(void *handle, int tag, int device, unsigned long long address, int data,
			   int prefix)
{
	struct gvi_input in = {.kind = GVI_INPUT_INTERRUPT};

	in.of.interrupt = (struct gvi_interrupt){.device = (uint16_t)device,
						 .address = address,
						 .data = (uint32_t)data,
						 .has_pasid = bit_of(prefix, 25)};
	if (in.of.interrupt.has_pasid)
		in.of.interrupt.pasid = (uint32_t)prefix & PREFIX_PASID;
	return scoreboard_issue(board(handle), (uint32_t)tag, &in);
}

int goldvi_issue_ats(void *handle, int tag, int device, unsigned long long address, int prefix)
{
	struct gvi_input in = {.kind = GVI_INPUT_ATS};

	in.of.ats = (struct gvi_ats_request){.device = (uint16_t)device,
					     .address = address,
					     .count = 1,
					     .unit_log2 = 12,
					     .has_pasid = bit_of(prefix, 25),
					     .execute = bit_of(prefix, 24),
					     .privileged = bit_of(prefix, 23),
					     .no_write = bit_of(prefix, 20)};
	if (in.of.ats.has_pasid)
		in.of.ats.pasid = (uint32_t)prefix & PREFIX_PASID;
	return scoreboard_issue(board(handle), (uint32_t)tag, &in);
}

/* Bits of goldvi_page_t, from the top: malformed, write, read, last, group. */
int goldvi_issue_page(void *handle, int tag, int device, unsigned long long address, int page,
		      int prefix)
{
	struct gvi_input in = {.kind = GVI_INPUT_PAGE};

	in.of.page = (struct gvi_page_request){.device = (uint16_t)device,
					       .address = address,
					       .group = (uint16_t)(page & 0x1ff),
					       .last = bit_of(page, 9),
					       .read = bit_of(page, 10),
					       .write = bit_of(page, 11),
					       .malformed = bit_of(page, 12),
					       .has_pasid = bit_of(prefix, 25),
					       .execute = bit_of(prefix, 24),
					       .privileged = bit_of(prefix, 23)};
	if (in.of.page.has_pasid)
		in.of.page.pasid = (uint32_t)prefix & PREFIX_PASID;
	return scoreboard_issue(board(handle), (uint32_t)tag, &in);
}

static struct gvi_seen granted(unsigned long long address)
{
	struct gvi_seen seen = {.what = GVI_SEEN_RESULT | GVI_SEEN_ADDRESS};

	seen.reply.answer.result = GVI_GRANT;
	seen.reply.answer.address = address;
	return seen;
}

/* A request of whatever kind: where result and completion stand depends on it. */
static struct gvi_seen aborted(enum gvi_input_kind kind, int completion)
{
	struct gvi_seen seen = {.what = GVI_SEEN_RESULT};

	if (completion >= 0)
		seen.what |= GVI_SEEN_COMPLETION;
	if (kind == GVI_INPUT_ATS) {
		seen.reply.ats.result = GVI_ABORT;
		seen.reply.ats.completion = (uint8_t)completion;
	} else {
		seen.reply.answer.result = GVI_ABORT;
		seen.reply.answer.completion = (uint8_t)completion;
	}
	return seen;
}

int goldvi_grant(void *handle, int tag, unsigned long long address)
{
	const struct gvi_seen seen = granted(address);

	return scoreboard_answer(board(handle), (uint32_t)tag, &seen);
}

int goldvi_abort(void *handle, int tag, int completion)
{
	const struct gvi_input *in = scoreboard_issued(board(handle), (uint32_t)tag);
	const struct gvi_seen seen =
		aborted(in ? (enum gvi_input_kind)in->kind : GVI_INPUT_TRANSLATE, completion);

	return scoreboard_answer(board(handle), (uint32_t)tag, &seen);
}

int goldvi_remapped(void *handle, int tag, unsigned long long address, int data)
{
	return scoreboard_answer_interrupt(board(handle), (uint32_t)tag, address, (uint32_t)data);
}

int goldvi_completed(void *handle, int tag, unsigned long long translation)
{
	struct gvi_seen seen = {.what = GVI_SEEN_RESULT | GVI_SEEN_VALUE};

	seen.reply.ats.result = GVI_GRANT;
	seen.reply.ats.count = 1;
	seen.reply.ats.translation[0] = translation;
	return scoreboard_answer(board(handle), (uint32_t)tag, &seen);
}

int goldvi_page_taken(void *handle, int tag, int result)
{
	struct gvi_seen seen = {.what = result < 0 ? 0 : GVI_SEEN_RESULT};

	if (result >= 0)
		seen.reply.page.result = (uint8_t)result;
	return scoreboard_answer(board(handle), (uint32_t)tag, &seen);
}

int goldvi_check(void *handle, int device, unsigned long long address, int length, int access,
		 int prefix, int grants, unsigned long long spa)
{
	const struct gvi_input in = access_by(device, address, length, access, prefix);
	const struct gvi_seen seen = grants ? granted(spa) : aborted(GVI_INPUT_TRANSLATE, -1);

	return scoreboard_check(board(handle), &in, &seen);
}

int goldvi_predict(void *handle, int device, unsigned long long address, int length, int access,
		   int prefix, unsigned long long *spa)
{
	const struct gvi_input in = access_by(device, address, length, access, prefix);
	union gvi_reply reply;

	*spa = 0;
	if (!scoreboard_predict(board(handle), &in, &reply) || reply.answer.result != GVI_GRANT)
		return 0;
	*spa = reply.answer.address;
	return 1;
}

/* ---- What else leaves the IOMMU ---------------------------------------------------------- */

int goldvi_written(void *handle, unsigned long long spa, unsigned long long low,
		   unsigned long long high, int bytes)
{
	const uint64_t data[2] = {low, high};

	return scoreboard_written(board(handle), spa, data, (unsigned)bytes);
}

int goldvi_interrupted(void *handle, unsigned long long address, int data)
{
	const struct gvi_message m = {
		.kind = GVI_MESSAGE_INTERRUPT, .address = address, .data = (uint32_t)data};

	return scoreboard_message(board(handle), &m);
}

int goldvi_sent_invalidate(void *handle, int device, int itag, unsigned long long body, int prefix)
{
	struct gvi_message m = {.kind = GVI_MESSAGE_INVALIDATE,
				.address = body,
				.device = (uint16_t)device,
				.tag = (uint8_t)itag,
				.has_pasid = bit_of(prefix, 25)};

	if (m.has_pasid)
		m.pasid = (uint32_t)prefix & PREFIX_PASID;
	return scoreboard_message(board(handle), &m);
}

int goldvi_device_done(void *handle, int device, int itag, int in_time)
{
	return scoreboard_device_done(board(handle), (uint16_t)device, (uint8_t)itag, in_time != 0);
}

int goldvi_sent_response(void *handle, int device, int data, int prefix)
{
	struct gvi_message m = {.kind = GVI_MESSAGE_RESPONSE,
				.data = (uint16_t)data,
				.device = (uint16_t)device,
				.has_pasid = bit_of(prefix, 25)};

	if (m.has_pasid)
		m.pasid = (uint32_t)prefix & PREFIX_PASID;
	return scoreboard_message(board(handle), &m);
}

/* ---- The end ------------------------------------------------------------------------------ */

int goldvi_open_tags(void *handle)
{
	return (int)scoreboard_open_tags(board(handle));
}

unsigned long long goldvi_total(void *handle, const char *name)
{
	return session_total(session(handle), name);
}

const char *goldvi_report(void *handle)
{
	return scoreboard_report(board(handle));
}

int goldvi_finish(void *handle)
{
	uint64_t refused = scoreboard_finish(board(handle));

	return refused < 0x7fffffff ? (int)refused : 0x7fffffff;
}
