// The command ring: docs/spec/09 section 3, one command at a time.  The head is that of
// the command under way until it is done, so that an error leaves it there.
module iommu_commands
	import iommu_pkg::*;
(
	input  logic          clk, rst_n,
	input  bug_t          bug,

	input  logic          run, empty,
	input  logic [51:4]   address,
	output logic          next, stop, wait_done,
	output logic          settles,          // its store or its event is on the way

	output logic          hold,             // requests, for an invalidation
	input  logic          quiet,
	output logic          invalidate,
	output invalidation_t invalidation,
	input  logic          stale_walk,

	output logic          ar_valid,
	input  logic          ar_ready,
	output logic [51:5]   ar_address,
	input  logic          r_valid,
	input  resp_t         r_resp,
	input  logic [255:0]  r_data,

	output logic          w_valid,
	input  logic          w_ready,
	output logic [51:4]   w_address,
	output logic [1:0]    w_words,
	output logic [127:0]  w_data,
	input  logic          b_valid,
	input  resp_t         b_resp,

	output logic          log,
	output logic [127:0]  log_event,
	input  logic          log_done
);

	typedef enum logic [3:0] {
		IDLE,
		FETCH, DATA,            // step 2
		DECODE,                 // step 3
		INVALIDATE,             // step 4
		WAIT, STORE, STORED,    // step 5
		LOG, STOP,              // steps 6 and 7
		DONE
	} state_t;

	typedef enum logic [3:0] {
		COMPLETION_WAIT = 1, INVALIDATE_DEVTAB_ENTRY = 2, INVALIDATE_IOMMU_PAGES = 3,
		INVALIDATE_INTERRUPT_TABLE = 5, INVALIDATE_IOMMU_ALL = 8
	} opcode_t;

	state_t       state;
	logic [127:0] command;
	opcode_t      opcode;
	logic         legal;

	assign opcode = opcode_t'(command[63:60]);

	always_ff @(posedge clk)
		if (!rst_n)
			state <= IDLE;
		else
			case (state)
			IDLE:       if (run && !empty && !stop) state <= FETCH;
			FETCH:      if (ar_ready) state <= DATA;
			DATA:       if (r_valid) state <= r_resp == OKAY ? DECODE : LOG;
			DECODE:     state <= !legal ? LOG : after_decode();
			INVALIDATE: if (invalidate || bug == BUG_EARLY_WAIT) state <= DONE;
			WAIT:       if (!stale_walk || bug == BUG_EARLY_WAIT)
			                    state <= command[0] ? STORE : DONE;
			STORE:      if (w_ready) state <= STORED;
			STORED:     if (b_valid) state <= b_resp == OKAY ? DONE : LOG;
			LOG:        if (log_done) state <= bug == BUG_HEAD ? DONE : STOP;
			default:    state <= IDLE;
			endcase

	assign next = state == DONE;
	assign stop = state == STOP;
	assign wait_done = state == DONE && legal && opcode == COMPLETION_WAIT && command[1];
	assign settles = state inside {STORE, STORED, LOG, STOP, DONE};

	function automatic state_t after_decode();
		case (opcode)
		COMPLETION_WAIT:            return WAIT;
		INVALIDATE_INTERRUPT_TABLE: return DONE;
		default:                    return INVALIDATE;
		endcase
	endfunction

	// ---- Steps 2 and 3 ----------------------------------------------------------------

	assign ar_valid = state == FETCH;
	assign ar_address = address[51:5];

	always_ff @(posedge clk)
		if (state == DATA && r_valid)
			command <= address[4] ? r_data[255:128] : r_data[127:0];

	// Bits that a command may have: [command.reserved-bits].
	function automatic logic [127:0] bits_of(opcode_t op);
		case (op)
		COMPLETION_WAIT:            return 128'hffff_ffff_ffff_ffff_f00f_ffff_ffff_ffff;
		INVALIDATE_DEVTAB_ENTRY,
		INVALIDATE_INTERRUPT_TABLE: return 128'h0000_0000_0000_0000_f000_0000_0000_ffff;
		INVALIDATE_IOMMU_PAGES:     return 128'hffff_ffff_ffff_f003_f000_ffff_000f_ffff;
		INVALIDATE_IOMMU_ALL:       return 128'h0000_0000_0000_0000_f000_0000_0000_0000;
		default:                    return '0;
		endcase
	endfunction

	always_comb begin
		legal = opcode inside {COMPLETION_WAIT, INVALIDATE_DEVTAB_ENTRY, INVALIDATE_IOMMU_PAGES,
		                       INVALIDATE_INTERRUPT_TABLE, INVALIDATE_IOMMU_ALL};
		if ((command & ~bits_of(opcode)) != 0 && bug != BUG_COMMAND_BITS)
			legal = 0;
	end

	// ---- Step 4 -------------------------------------------------------------------------

	logic [63:12] ends;             // Address, ended by the lowest 0: section 4
	logic         now_due;          // once nothing is on its way through the caches

	assign ends = command[127:76] ^ (command[127:76] + 52'd1);
	assign now_due = state == INVALIDATE && bug != BUG_EARLY_WAIT;
	assign hold = now_due || late;
	assign invalidate = hold && quiet;

	always_comb
		if (late)
			invalidation = '{all: 1, default: 0};
		else
			invalidation = '{
				all: opcode == INVALIDATE_IOMMU_ALL,
				device: opcode == INVALIDATE_DEVTAB_ENTRY,
				pages: opcode == INVALIDATE_IOMMU_PAGES,
				pointers: opcode == INVALIDATE_IOMMU_PAGES && command[65],
				device_id: command[15:0],
				domain: command[47:32],
				address: command[127:76],
				span: !command[64] ? '0 : bug == BUG_RANGE_SIZE ? ends >> 1 : ends
			};

	// BUG_EARLY_WAIT: some time later.
	logic [8:0] owed;
	logic       late;
	assign late = owed == 1;

	always_ff @(posedge clk)
		if (!rst_n)
			owed <= '0;
		else if (state == INVALIDATE && bug == BUG_EARLY_WAIT)
			owed <= '1;
		else if (owed > 1 || (late && invalidate))
			owed <= owed - 1;

	// ---- Step 5 -------------------------------------------------------------------------

	assign w_valid = state == STORE;
	assign w_address = command[51:4];
	assign w_words = command[3] ? 2'b10 : 2'b01;
	assign w_data = {2{command[127:64]}};

	// ---- Steps 6 and 7 --------------------------------------------------------------------

	assign log = state == LOG;

	always_ff @(posedge clk)
		if (state == DATA)
			log_event <= {12'd0, address, 4'd0, 4'd6, 1'b0, error_type(r_resp), 57'd0};
		else if (state == DECODE)
			log_event <= {12'd0, address, 4'd0, 4'd5, 60'd0};
		else if (state == STORED)
			log_event <= {12'd0, command[51:3], 3'd0, 4'd6, 1'b0, error_type(b_resp), 57'd0};

endmodule
