/* A QEMU machine in a process of its own, driven through its qtest server: a
 * line goes in, a line comes out.
 *
 * Every wait is bounded: a machine that does not answer in time is a
 * DUT_TIMEOUT, one that has ended a DUT_DIED, and both stay so.  A line that
 * QEMU refuses is DUT_UNSUPPORTED. */
#ifndef GOLDVI_DUT_QTEST_H
#define GOLDVI_DUT_QTEST_H

#include "conformance/dut/dut.h"

/* The file descriptors that the machine finds open: its qtest server's socket,
 * and a file of the caller's. */
#define QTEST_SOCKET 3
#define QTEST_FILE   4

struct qtest;

/* Starts argv[0], which is searched for as a shell does; does not wait for it.
 * The process ends with this one.  NULL when the system refuses. */
struct qtest *qtest_start(char *const argv[], int file);

/* How long it may take for an answer once it has come up, in ms; 0: DUT_PATIENCE. */
void qtest_patience(struct qtest *q, unsigned ms);

/* Ends the process without waiting until it is gone; only qtest_stop() may follow. */
void qtest_kill(struct qtest *q);

/* Ends the process, if it has not ended, and frees q, which may be NULL. */
void qtest_stop(struct qtest *q);

/* Does not wait for the answer, which the next call that waits will check. */
enum dut_status qtest_tell(struct qtest *q, const char *format, ...);

/* What the machine has printed on its error output, trace messages among it, since
 * the last call of this: as much as fits, with an end mark; valid until the next. */
const char *qtest_said(struct qtest *q);

/* Waits for the answer; what follows its OK is kept until the next call on q. */
enum dut_status qtest_ask(struct qtest *q, const char **answer, const char *format, ...);

/* The same, for an answer that is a number. */
enum dut_status qtest_number(struct qtest *q, uint64_t *value, const char *format, ...);

enum dut_status qtest_memory_read(struct qtest *q, uint64_t spa, void *to, size_t len);
/* Waits only if much is written. */
enum dut_status qtest_memory_write(struct qtest *q, uint64_t spa, const void *from, size_t len);

/* The 32-bit word of PCI configuration space, by way of ports CF8h and CFCh:
 * function is the DeviceID, offset below 256; len is 1, 2 or 4. */
enum dut_status qtest_pci_read(struct qtest *q, uint16_t function, uint32_t offset, unsigned len,
			       uint32_t *value);
enum dut_status qtest_pci_write(struct qtest *q, uint16_t function, uint32_t offset, unsigned len,
				uint32_t value);

/* Where in the function's list of capabilities the first one lies whose header has
 * this value under this mask; DUT_UNSUPPORTED if there is none. */
enum dut_status qtest_pci_find(struct qtest *q, uint16_t function, uint32_t mask, uint32_t value,
			       uint32_t *at);

/* What a program prints, at most size bytes with the end mark; false when it
 * cannot be run or does not end in time. */
bool qtest_capture(char *const argv[], char *out, size_t size);

#endif
