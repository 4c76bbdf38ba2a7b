/* The event log: docs/spec/10-events.md section 6; hardware event registers and
 * interrupts: docs/spec/07-mmio-registers.md sections 8 and 16. */
#include "model/log.h"

#include "model/effects.h"
#include "model/ring.h"

static void hardware_event(struct gvi *m, const uint64_t record[2], bool taken);
static void overflow(struct gvi *m);
static bool append(struct gvi *m, const uint64_t record[2], uint64_t next);

/* Steps 1 to 5 of section 6. */
enum gvi_logging log_event(struct gvi *m, const uint64_t record[2])
{
	uint64_t next = ring_next(m, event_ring(), m->reg[SLOT_EVENT_LOG_TAIL]);
	bool taken = false;

	if (!get_STATUS_EVENT_LOG_RUN(&m->reg[SLOT_STATUS]))
		cite(m, GVI_CLAUSE_EVENT_LOG_STOPPED);
	else if (ring_full(m, event_ring(), next))
		overflow(m);
	else
		taken = append(m, record, next);
	hardware_event(m, record, taken);
	return taken ? GVI_LOGGED : GVI_LOST;
}

bool log_has_room(const struct gvi *m)
{
	uint64_t next = ring_next(m, event_ring(), m->reg[SLOT_EVENT_LOG_TAIL]);

	return get_STATUS_EVENT_LOG_RUN(&m->reg[SLOT_STATUS]) && !ring_full(m, event_ring(), next);
}

/* [event.log-overflow] */
static void overflow(struct gvi *m)
{
	cite(m, GVI_CLAUSE_EVENT_LOG_OVERFLOW);
	status_set(m, mask_STATUS_EVENT_LOG_RUN(0), false);
	status_raise(m, mask_STATUS_EVENT_OVERFLOW(0));
}

/* [event.log-write] The record is visible before the tail moves. */
static bool append(struct gvi *m, const uint64_t record[2], uint64_t next)
{
	struct ring log = event_ring();
	uint64_t spa = ring_spa(m, log, m->reg[log.tail]);

	if (effect_write(m, spa, record, ENTRY_BYTES) != GVI_BUS_OK) {
		cite(m, GVI_CLAUSE_EVENT_LOG_WRITE_ERROR);
		return false;
	}
	cite(m, GVI_CLAUSE_EVENT_LOG_WRITE);
	m->reg[log.tail] = next;
	status_raise(m, mask_STATUS_EVENT_LOG_INT(0));
	return true;
}

/* ---- Hardware event registers ------------------------------------------- */

static bool is_hardware_error(const uint64_t record[2])
{
	uint64_t code = get_IO_PAGE_FAULT_CODE(record);

	return code == 3 || code == 4 || code == 6;
}

/* [register.hardware-event] */
static void hardware_event(struct gvi *m, const uint64_t record[2], bool taken)
{
	uint64_t *status = &m->reg[SLOT_HW_EVENT_STATUS];

	if (!has(m, GVI_FEATURE_HESUP) || !is_hardware_error(record))
		return;
	if (taken && choose(m, GVI_CHOICE_HW_EVENT_WHEN) == 1)
		return;
	cite(m, GVI_CLAUSE_REGISTER_HARDWARE_EVENT);
	if (get_HW_EVENT_STATUS_HEV(status)) {
		set_HW_EVENT_STATUS_HEO(status, 1);
		if (choose(m, GVI_CHOICE_HW_EVENT_KEEP) == 0)
			return;
	}
	set_HW_EVENT_STATUS_HEV(status, 1);
	m->reg[SLOT_HW_EVENT_UPPER] = record[0];
	m->reg[SLOT_HW_EVENT_LOWER] = record[1];
}

/* ---- Interrupts --------------------------------------------------------- */

static void send_interrupt(struct gvi *m, enum gvi_source source);
static bool can_send(struct gvi *m);
static uint64_t message_number(struct gvi *m);

unsigned interrupt_sources(const struct gvi *m)
{
	const uint64_t *status = &m->reg[SLOT_STATUS], *control = &m->reg[SLOT_CONTROL];
	unsigned event = (unsigned)get_STATUS_EVENT_LOG_INT(status) << GVI_SOURCE_EVENT_LOG_INT |
			 (unsigned)get_STATUS_EVENT_OVERFLOW(status) << GVI_SOURCE_EVENT_OVERFLOW;
	unsigned wait = (unsigned)get_STATUS_COM_WAIT_INT(status) << GVI_SOURCE_COM_WAIT_INT;

	return (get_CONTROL_EVENT_INT_EN(control) ? event : 0) |
	       (get_CONTROL_COM_WAIT_INT_EN(control) ? wait : 0);
}

/* [register.interrupt-edge] A status bit left set sends nothing more. */
void interrupt_rising(struct gvi *m, unsigned before)
{
	unsigned risen = interrupt_sources(m) & ~before;

	for (unsigned source = 0; source < GVI_NSOURCES; source++)
		if (risen >> source & 1) {
			cite(m, GVI_CLAUSE_REGISTER_INTERRUPT_EDGE);
			effect_raise(m, (enum gvi_source)source);
			if (can_send(m))
				send_interrupt(m, (enum gvi_source)source);
		}
}

/* Whether MSI carries the interrupt: with IntCapXTEn it is none of MSI's
 * (docs/spec/07-mmio-registers.md section 12). */
static bool can_send(struct gvi *m)
{
	if (get_CONTROL_INT_CAP_XT_EN(&m->reg[SLOT_CONTROL]))
		return false;
	if (!get_MSI_CAP_HEADER_MSI_EN(&m->reg[SLOT_MSI_CAP_HEADER])) {
		cite(m, GVI_CLAUSE_PCI_MSI_OFF);
		return false;
	}
	if (m->pci.command & 4)
		return true;
	cite(m, GVI_CLAUSE_PCI_BUS_MASTER);
	return choose(m, GVI_CHOICE_MSI_BUS_MASTER) == 1;
}

/* [register.interrupt-message] */
static void send_interrupt(struct gvi *m, enum gvi_source source)
{
	uint64_t low = get_MSI_ADDR_LOW_ADDRESS(&m->reg[SLOT_MSI_ADDR_LOW]);
	uint64_t high = m->reg[SLOT_MSI_ADDR_HIGH];
	unsigned log2 = (unsigned)get_MSI_CAP_HEADER_MULT_MESS_EN(&m->reg[SLOT_MSI_CAP_HEADER]);
	uint64_t data = m->reg[SLOT_MSI_DATA] & ~low_ones(log2);

	cite(m, GVI_CLAUSE_REGISTER_INTERRUPT_MESSAGE);
	effect_send(m, &(struct gvi_message){.address = high << 32 | low,
					     .data = (uint32_t)(data | message_number(m)),
					     .kind = GVI_MESSAGE_INTERRUPT,
					     .source = (uint8_t)source});
}

static uint64_t message_number(struct gvi *m)
{
	unsigned log2 = (unsigned)get_MSI_CAP_HEADER_MULT_MESS_EN(&m->reg[SLOT_MSI_CAP_HEADER]);
	const uint64_t misc0 = m->pci.misc0;
	uint64_t number = get_CAP_MISC0_MSI_NUM(&misc0);

	if (number >> log2 && choose(m, GVI_CHOICE_MSI_NUMBER) == 1)
		return 0;
	return number & low_ones(log2);
}

void status_set(struct gvi *m, uint64_t bits, bool on)
{
	if (on)
		m->reg[SLOT_STATUS] |= bits;
	else
		m->reg[SLOT_STATUS] &= ~bits;
}

void status_raise(struct gvi *m, uint64_t bit)
{
	unsigned before;

	if (m->reg[SLOT_STATUS] & bit)
		return;
	before = interrupt_sources(m);
	m->reg[SLOT_STATUS] |= bit;
	interrupt_rising(m, before);
}
