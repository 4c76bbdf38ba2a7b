// Registers: docs/spec/07.  Bases, pointers and Status follow the rules of its sections
// 3, 14 and 17; interrupts those of section 16.
module iommu_registers
	import iommu_pkg::*;
(
	input  logic         clk, rst_n,
	input  bug_t         bug,

	input  logic         access, write,
	input  logic [13:0]  offset,            // a multiple of 8
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

	localparam logic [13:0]
		DEVICE_TABLE = 14'h0000, COMMAND_BASE = 14'h0008, EVENT_BASE   = 14'h0010,
		CONTROL      = 14'h0018, EXCL_BASE    = 14'h0020, EXCL_LIMIT   = 14'h0028,
		EXT_FEATURE  = 14'h0030, EXT_FEATURE2 = 14'h01a0,
		COMMAND_HEAD = 14'h2000, COMMAND_TAIL = 14'h2008, EVENT_HEAD   = 14'h2010,
		EVENT_TAIL   = 14'h2018, STATUS       = 14'h2020;

	// Bits that software can write; the others read 0.
	localparam logic [63:0]
		TABLE_BITS   = 64'h000f_ffff_ffff_f1ff,
		RING_BITS    = 64'h0f0f_ffff_ffff_f000,
		CONTROL_BITS = 64'h0000_0000_00bc_1f1f,
		EXCL_BITS    = 64'h000f_ffff_ffff_f003,
		LIMIT_BITS   = 64'h000f_ffff_ffff_f000,
		RING_RESET   = 64'h0800_0000_0000_0000;

	logic [63:0] device_table, command_base, event_base, control, excl_base, excl_limit;
	logic [18:4] command_head, command_tail, event_head, event_tail;
	logic        event_overflow, event_int, wait_int;

	// ---- What others see ----------------------------------------------------

	assign iommu_en = control[0];
	assign table_base = device_table[51:12];
	assign table_size = device_table[8:0];
	assign exclusion_en = excl_base[0];
	assign exclusion_all = excl_base[1];
	assign exclusion_base = excl_base[51:12];
	assign exclusion_limit = excl_limit[51:12];

	assign command_empty = command_head == command_tail;
	assign command_address = command_base[51:4] + 48'(command_head);
	assign log_full = after(event_tail, event_base[59:56], 1'b0) == event_head;
	assign log_address = event_base[51:4] + 48'(event_tail);

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
		DEVICE_TABLE: now = device_table;
		COMMAND_BASE: now = command_base;
		EVENT_BASE:   now = event_base;
		CONTROL:      now = control;
		EXCL_BASE:    now = excl_base;
		EXCL_LIMIT:   now = excl_limit;
		EXT_FEATURE:  now = EFR;
		EXT_FEATURE2: now = EFR2;
		COMMAND_HEAD: now = {45'd0, command_head, 4'd0};
		COMMAND_TAIL: now = {45'd0, command_tail, 4'd0};
		EVENT_HEAD:   now = {45'd0, event_head, 4'd0};
		EVENT_TAIL:   now = {45'd0, event_tail, 4'd0};
		STATUS:       now = {59'd0, command_run, log_run, wait_int, event_int, event_overflow};
		default:      now = '0;
		endcase

	assign rdata = now;

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
			DEVICE_TABLE: device_table <= next & TABLE_BITS;
			CONTROL:      control <= next & CONTROL_BITS;
			EXCL_BASE:    excl_base <= next & EXCL_BITS;
			EXCL_LIMIT:   excl_limit <= next & LIMIT_BITS;
			default:      ;
			endcase

	// The enables as they will be: [register.command-run], [register.log-run].
	logic        to_control, command_starts, command_ends, log_starts, log_ends;
	logic [63:0] enables;

	assign to_control = writes && offset == CONTROL;
	assign enables = to_control ? next : control;
	assign command_starts = enables[0] && enables[12] && !(control[0] && control[12]);
	assign command_ends = !(enables[0] && enables[12]);
	assign log_starts = enables[0] && enables[2] && !(control[0] && control[2]);
	assign log_ends = !(enables[0] && enables[2]);

	// The command ring.
	always_ff @(posedge clk)
		if (!rst_n) begin
			command_base <= RING_RESET;
			command_head <= '0;
			command_tail <= '0;
			command_run <= 0;
		end else begin
			if (command_next)
				command_head <= after(command_head, command_base[59:56], bug == BUG_COMMAND_WRAP);
			if (command_starts)
				command_run <= 1;
			else if (command_ends || command_stop)
				command_run <= 0;
			if (writes)
				case (offset)
				COMMAND_BASE: if (ring_legal && !command_run) begin
					command_base <= next & RING_BITS;
					command_head <= '0;
					command_tail <= '0;
				end
				COMMAND_HEAD: if (!command_run && pointer <= last_of(command_base[59:56]))
					command_head <= pointer;
				COMMAND_TAIL: if (pointer <= last_of(command_base[59:56]))
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
				event_tail <= after(event_tail, event_base[59:56], bug == BUG_EVENT_WRAP);
			if (log_starts)
				log_run <= 1;
			else if (log_ends || log_overflow)
				log_run <= 0;
			if (writes)
				case (offset)
				EVENT_BASE: if (ring_legal && !log_run) begin
					event_base <= next & RING_BITS;
					event_head <= '0;
					event_tail <= '0;
				end
				EVENT_HEAD: if (pointer <= last_of(event_base[59:56]))
					event_head <= pointer;
				EVENT_TAIL: if (!log_run && pointer <= last_of(event_base[59:56]))
					event_tail <= pointer;
				default: ;
				endcase
		end

	// ---- Status -------------------------------------------------------------

	logic [2:0] cleared;    // by software

	assign cleared = writes && offset == STATUS && half[0] ? wdata[2:0] : '0;

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

	assign due = {wait_int && control[4], (event_int && control[3]), (event_overflow && control[3])};
	assign interrupt = |(due & ~due_before);

	always_ff @(posedge clk)
		due_before <= rst_n ? due : '0;

endmodule
