// Registers: docs/spec/07.  Bases, pointers and Status follow the rules of its sections
// 3, 14 and 17; interrupts those of section 16.
module iommu_registers
	import iommu_pkg::*, goldvi_pkg::*;
(
	input  logic         clk, rst_n,
	input  bug_t         bug,

	input  logic         access, write,
	input  logic [31:0]  offset,            // a multiple of 8
	input  logic [1:0]   half,
	input  logic [63:0]  wdata,
	output logic [63:0]  rdata,

	output logic         iommu_en,
	output logic [51:12] table_base,
	output logic [8:0]   table_size,
	output logic         exclusion_en, exclusion_all,
	output logic [51:12] exclusion_base, exclusion_limit,

	output logic         command_run, command_empty,
	output logic [51:4]  command_address,
	input  logic         command_next,      // the command at the head is done
	input  logic         command_stop,      // it is illegal, or memory failed
	input  logic         wait_done,         // it was a COMPLETION_WAIT with i=1

	output logic         log_run, log_full,
	output logic [51:4]  log_address,
	input  logic         log_next,          // the entry at the tail is written
	input  logic         log_overflow,

	output logic         interrupt
);

	// Bits that software can write; the others read 0.
	localparam logic [63:0]
		TABLE_BITS   = 64'h000f_ffff_ffff_f1ff,
		RING_BITS    = 64'h0f0f_ffff_ffff_f000,
		CONTROL_BITS = 64'h0000_0000_00bc_1f1f,
		EXCL_BITS    = 64'h000f_ffff_ffff_f003,
		LIMIT_BITS   = 64'h000f_ffff_ffff_f000,
		RING_RESET   = 64'h0800_0000_0000_0000;

	goldvi_dev_tab_base_t   device_table;
	goldvi_cmd_buf_base_t   command_base;
	goldvi_event_log_base_t event_base;
	goldvi_control_t        control;
	goldvi_excl_base_t      excl_base;
	goldvi_excl_limit_t     excl_limit;
	goldvi_status_t         status;
	logic [18:4] command_head, command_tail, event_head, event_tail;
	logic        event_overflow, event_int, wait_int;

	// ---- What others see ----------------------------------------------------

	assign iommu_en = control.IOMMU_EN;
	assign table_base = device_table.DEV_TAB_BASE;
	assign table_size = device_table.SIZE;
	assign exclusion_en = excl_base.EX_EN;
	assign exclusion_all = excl_base.ALLOW;
	assign exclusion_base = excl_base.BASE;
	assign exclusion_limit = excl_limit.LIMIT;

	assign command_empty = command_head == command_tail;
	assign command_address = {command_base.BASE, 8'd0} + 48'(command_head);
	assign log_full = after(event_tail, event_base.LEN, 1'b0) == event_head;
	assign log_address = {event_base.BASE, 8'd0} + 48'(event_tail);

	// Entries of a ring, less one: 2^Len [register.ring-length].
	function automatic logic [18:4] last_of(logic [3:0] length);
		return 15'h7fff >> (4'd15 - length);
	endfunction

	function automatic logic [18:4] after(logic [18:4] pointer, logic [3:0] length,
	                                      logic one_more);
		return pointer == last_of(length) + 15'(one_more) ? 15'd0 : pointer + 15'd1;
	endfunction

	// ---- Reading ------------------------------------------------------------

	logic [63:0] now;       // of the register at offset

	always_comb
		case (offset)
		GOLDVI_DEV_TAB_BASE_OFFSET:   now = device_table;
		GOLDVI_CMD_BUF_BASE_OFFSET:   now = command_base;
		GOLDVI_EVENT_LOG_BASE_OFFSET: now = event_base;
		GOLDVI_CONTROL_OFFSET:        now = control;
		GOLDVI_EXCL_BASE_OFFSET:      now = excl_base;
		GOLDVI_EXCL_LIMIT_OFFSET:     now = excl_limit;
		GOLDVI_EFR_OFFSET:            now = EFR;
		GOLDVI_EFR2_OFFSET:           now = EFR2;
		GOLDVI_CMD_BUF_HEAD_OFFSET:   now = {45'd0, command_head, 4'd0};
		GOLDVI_CMD_BUF_TAIL_OFFSET:   now = {45'd0, command_tail, 4'd0};
		GOLDVI_EVENT_LOG_HEAD_OFFSET: now = {45'd0, event_head, 4'd0};
		GOLDVI_EVENT_LOG_TAIL_OFFSET: now = {45'd0, event_tail, 4'd0};
		GOLDVI_STATUS_OFFSET:         now = status;
		default:                      now = '0;
		endcase

	assign rdata = now;

	always_comb begin
		status = '0;
		status.EVENT_OVERFLOW = event_overflow;
		status.EVENT_LOG_INT = event_int;
		status.COM_WAIT_INT = wait_int;
		status.EVENT_LOG_RUN = log_run;
		status.CMD_BUF_RUN = command_run;
	end

	// ---- Writing ------------------------------------------------------------

	logic        writes, ring_legal;
	logic [63:0] next;      // of it, if it is written
	logic [18:4] pointer;

	assign writes = access && write;
	assign next = {half[1] ? wdata[63:32] : now[63:32], half[0] ? wdata[31:0] : now[31:0]};
	assign pointer = next[18:4];
	assign ring_legal = next[59];   // Len is 8 to 15

	always_ff @(posedge clk)
		if (!rst_n) begin
			device_table <= '0;
			control <= 64'h400;
			excl_base <= '0;
			excl_limit <= '0;
		end else if (writes)
			case (offset)
			GOLDVI_DEV_TAB_BASE_OFFSET: device_table <= next & TABLE_BITS;
			GOLDVI_CONTROL_OFFSET:      control <= next & CONTROL_BITS;
			GOLDVI_EXCL_BASE_OFFSET:    excl_base <= next & EXCL_BITS;
			GOLDVI_EXCL_LIMIT_OFFSET:   excl_limit <= next & LIMIT_BITS;
			default:                    ;
			endcase

	// The enables as they will be: [register.command-run], [register.log-run].
	logic            to_control, command_starts, command_ends, log_starts, log_ends;
	goldvi_control_t enables;

	assign to_control = writes && offset == GOLDVI_CONTROL_OFFSET;
	assign enables = to_control ? next : control;
	assign command_starts = enables.IOMMU_EN && enables.CMD_BUF_EN
	                        && !(control.IOMMU_EN && control.CMD_BUF_EN);
	assign command_ends = !(enables.IOMMU_EN && enables.CMD_BUF_EN);
	assign log_starts = enables.IOMMU_EN && enables.EVENT_LOG_EN
	                    && !(control.IOMMU_EN && control.EVENT_LOG_EN);
	assign log_ends = !(enables.IOMMU_EN && enables.EVENT_LOG_EN);

	// The command ring.
	always_ff @(posedge clk)
		if (!rst_n) begin
			command_base <= RING_RESET;
			command_head <= '0;
			command_tail <= '0;
			command_run <= 0;
		end else begin
			if (command_next)
				command_head <= after(command_head, command_base.LEN, bug == BUG_COMMAND_WRAP);
			if (command_starts)
				command_run <= 1;
			else if (command_ends || command_stop)
				command_run <= 0;
			if (writes)
				case (offset)
				GOLDVI_CMD_BUF_BASE_OFFSET: if (ring_legal && !command_run) begin
					command_base <= next & RING_BITS;
					command_head <= '0;
					command_tail <= '0;
				end
				GOLDVI_CMD_BUF_HEAD_OFFSET: if (!command_run && pointer <= last_of(command_base.LEN))
					command_head <= pointer;
				GOLDVI_CMD_BUF_TAIL_OFFSET: if (pointer <= last_of(command_base.LEN))
					command_tail <= pointer;
				default: ;
				endcase
		end

	// The event log.
	always_ff @(posedge clk)
		if (!rst_n) begin
			event_base <= RING_RESET;
			event_head <= '0;
			event_tail <= '0;
			log_run <= 0;
		end else begin
			if (log_next)
				event_tail <= after(event_tail, event_base.LEN, bug == BUG_EVENT_WRAP);
			if (log_starts)
				log_run <= 1;
			else if (log_ends || log_overflow)
				log_run <= 0;
			if (writes)
				case (offset)
				GOLDVI_EVENT_LOG_BASE_OFFSET: if (ring_legal && !log_run) begin
					event_base <= next & RING_BITS;
					event_head <= '0;
					event_tail <= '0;
				end
				GOLDVI_EVENT_LOG_HEAD_OFFSET: if (pointer <= last_of(event_base.LEN))
					event_head <= pointer;
				GOLDVI_EVENT_LOG_TAIL_OFFSET: if (!log_run && pointer <= last_of(event_base.LEN))
					event_tail <= pointer;
				default: ;
				endcase
		end

	// ---- Status -------------------------------------------------------------

	logic [2:0] cleared;    // by software

	assign cleared = writes && offset == GOLDVI_STATUS_OFFSET && half[0] ? wdata[2:0] : '0;

	always_ff @(posedge clk)
		if (!rst_n)
			{wait_int, event_int, event_overflow} <= '0;
		else begin
			event_overflow <= (event_overflow && !cleared[0] && !log_starts) || log_overflow;
			event_int <= (event_int && !cleared[1]) || log_next;
			wait_int <= (wait_int && !cleared[2]) || wait_done;
		end

	// A bit and its enable become 1 together [register.interrupt-edge].
	logic [2:0] due, due_before;

	assign due = {wait_int && control.COM_WAIT_INT_EN, event_int && control.EVENT_INT_EN,
	              event_overflow && control.EVENT_INT_EN};
	assign interrupt = |(due & ~due_before);

	always_ff @(posedge clk)
		due_before <= rst_n ? due : '0;

endmodule
