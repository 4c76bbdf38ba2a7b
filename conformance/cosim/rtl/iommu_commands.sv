// The command ring: docs/spec/09 section 3, one command at a time.  The head is that of
// the command under way until it is done, so that an error leaves it there.
module iommu_commands
	import iommu_pkg::*, goldvi_pkg::*;
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

	// The same, as each command reads it.
	goldvi_completion_wait_t         completion_wait;
	goldvi_invalidate_devtab_entry_t of_device;
	goldvi_invalidate_iommu_pages_t  of_pages;

	assign opcode = opcode_t'(completion_wait.OPCODE);
	assign completion_wait = command;
	assign of_device = command;
	assign of_pages = command;

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
			                    state <= completion_wait.S ? STORE : DONE;
			STORE:      if (w_ready) state <= STORED;
			STORED:     if (b_valid) state <= b_resp == OKAY ? DONE : LOG;
			LOG:        if (log_done) state <= bug == BUG_HEAD ? DONE : STOP;
			default:    state <= IDLE;
			endcase

	assign next = state == DONE;
	assign stop = state == STOP;
	assign wait_done = state == DONE && legal && opcode == COMPLETION_WAIT && completion_wait.I;
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

	// [command.reserved-bits]
	logic reserved;

	always_comb
		case (opcode)
		COMPLETION_WAIT:            reserved = completion_wait.RSVD_59 != 0;
		INVALIDATE_DEVTAB_ENTRY,
		INVALIDATE_INTERRUPT_TABLE: reserved = {of_device.RSVD_59, of_device.RSVD_127} != 0;
		INVALIDATE_IOMMU_PAGES:     reserved = {of_pages.RSVD_31, of_pages.RSVD_59, of_pages.GN,
		                                        of_pages.RSVD_75} != 0;
		INVALIDATE_IOMMU_ALL:       reserved = {command[59:0], command[127:64]} != 0;
		default:                    reserved = 1;
		endcase

	assign legal = !reserved || (bug == BUG_COMMAND_BITS && opcode inside {COMPLETION_WAIT,
		INVALIDATE_DEVTAB_ENTRY, INVALIDATE_IOMMU_PAGES, INVALIDATE_INTERRUPT_TABLE,
		INVALIDATE_IOMMU_ALL});

	// ---- Step 4 -------------------------------------------------------------------------

	logic [63:12] ends;             // Address, ended by the lowest 0: section 4
	logic         now_due;          // once nothing is on its way through the caches

	assign ends = of_pages.ADDRESS ^ (of_pages.ADDRESS + 52'd1);
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
				pointers: opcode == INVALIDATE_IOMMU_PAGES && of_pages.PDE,
				device_id: of_device.DEVICE_ID,
				domain: of_pages.DOMAIN_ID,
				address: of_pages.ADDRESS,
				span: !of_pages.S ? '0 : bug == BUG_RANGE_SIZE ? ends >> 1 : ends
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
	assign w_address = completion_wait.STORE_ADDRESS[48:1];
	assign w_words = completion_wait.STORE_ADDRESS[0] ? 2'b10 : 2'b01;
	assign w_data = {2{completion_wait.STORE_DATA}};

	// ---- Steps 6 and 7 --------------------------------------------------------------------

	assign log = state == LOG;

	always_ff @(posedge clk)
		if (state == DATA)
			log_event <= hardware_error({12'd0, address, 4'd0}, r_resp);
		else if (state == DECODE)
			log_event <= illegal({12'd0, address});
		else if (state == STORED)
			log_event <= hardware_error({12'd0, completion_wait.STORE_ADDRESS, 3'd0}, b_resp);

	function automatic goldvi_illegal_command_error_t illegal(logic [63:4] spa);
		illegal = goldvi_pack_illegal_command_error(goldvi_blank_illegal_command_error());
		illegal.ADDRESS = spa;
	endfunction

	function automatic goldvi_command_hardware_error_t hardware_error(logic [63:0] spa, resp_t resp);
		hardware_error = goldvi_pack_command_hardware_error(goldvi_blank_command_hardware_error());
		hardware_error.TYPE = error_type(resp);
		hardware_error.ADDRESS = spa;
	endfunction

endmodule
