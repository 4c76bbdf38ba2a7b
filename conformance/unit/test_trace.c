/* What a device was seen to do is written down, read again, and judged: a device that
 * ignores the rights of a page is refused there and nowhere else. */
#include "conformance/unit/rig.h"

#include <stdio.h>
#include <unistd.h>

#include "conformance/dut/model.h"
#include "conformance/dut/recording.h"
#include "conformance/judge.h"

/* The model, but it grants what it should abort. */
static enum dut_status generous(struct dut *dut, const struct dut_dma *dma,
				struct gvi_answer *answer)
{
	enum dut_status status = dut_model.dma(dut, dma, answer);

	if (answer->result == GVI_ABORT) {
		answer->result = GVI_GRANT;
		answer->address = dma->request.address;
	}
	return status;
}

static void write8(struct dut *dut, uint32_t offset, uint64_t value)
{
	ck_assert_int_eq(dut->class->mmio_write(dut, offset, 8, value), DUT_OK);
}

/* An entry without IW; one read, one write. */
static void drive(struct dut *dut)
{
	static const uint8_t entry[8] = {3, 0, 0, 0, 0, 0, 0, 0x20};
	struct gvi_config config = rig_config(GVI_PRESET_HOST_ONLY);
	struct dut_dma dma = {.request = {.address = 0x5000, .length = 4, .device = DEVICE}};
	struct gvi_answer answer;

	recording_name(dut, "a read, a write");
	ck_assert_int_eq(dut->class->start(dut, &config), DUT_OK);
	ck_assert_int_eq(dut->class->memory_write(dut, TABLE + 32 * DEVICE, entry, 8), DUT_OK);
	write8(dut, 0x0000, TABLE | 0x1ff);
	write8(dut, 0x0010, UINT64_C(8) << 56 | EVENTS);
	write8(dut, 0x0018, 5);
	ck_assert_int_eq(dut->class->settle(dut), DUT_OK);
	memset(&answer, 0, sizeof answer);
	ck_assert_int_eq(dut->class->dma(dut, &dma, &answer), DUT_OK);
	dma.request.access = GVI_WRITE;
	memset(&answer, 0, sizeof answer);
	ck_assert_int_eq(dut->class->dma(dut, &dma, &answer), DUT_OK);
	dut->class->stop(dut);
	ck_assert(recording_good(dut));
}

/* Records, judges; how many were refused, and the last of them. */
static unsigned refusals(const struct dut_class *class, struct session_record *refused)
{
	const struct gvi_bounds bounds = {.worlds = 4, .runs = 64, .values_log2 = 4};
	char path[] = "/tmp/goldvi-trace-XXXXXX", error[SESSION_MAX_ERROR];
	FILE *file = fdopen(mkstemp(path), "w");
	struct dut *inner = dut_model.open(NULL, error, sizeof error), *dut;
	struct session_reader *reader = session_reader_new();
	struct session_record record;
	struct trace *trace;
	struct judge judge;
	unsigned count = 0;

	ck_assert(file && inner && reader);
	inner->class = class;
	dut = recording_open(inner, file);
	ck_assert_ptr_nonnull(dut);
	drive(dut);
	dut->class->close(dut);
	fclose(file);
	trace = trace_open(path, error, sizeof error);
	ck_assert(trace && trace_is_recorded(trace) && judge_open(&judge, &bounds));
	while (session_next(reader, trace, &record, error, sizeof error) == 1)
		if (judge_record(&judge, &record) == RULED_REFUSED) {
			*refused = record;
			count++;
		}
	judge_close(&judge);
	trace_close(trace);
	session_reader_free(reader);
	unlink(path);
	return count;
}

START_TEST(test_the_model_is_permitted)
{
	struct session_record record;

	ck_assert_uint_eq(refusals(&dut_model, &record), 0);
}
END_TEST

START_TEST(test_a_wrong_device_is_refused)
{
	struct dut_class wrong = dut_model;
	struct session_record record;

	wrong.dma = generous;
	ck_assert_uint_eq(refusals(&wrong, &record), 1);
	ck_assert_uint_eq(record.line, 8);
	ck_assert_uint_eq(record.input.kind, GVI_INPUT_TRANSLATE);
	ck_assert_uint_eq(record.input.of.request.access, GVI_WRITE);
}
END_TEST

RIG_RUN("trace", test_the_model_is_permitted, test_a_wrong_device_is_refused)
