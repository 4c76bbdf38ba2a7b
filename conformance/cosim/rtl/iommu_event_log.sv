// The event log: docs/spec/10 section 6.  The entry is in memory before the tail moves.
module iommu_event_log
	import iommu_pkg::*;
(
	input  logic         clk, rst_n,
	input  bug_t         bug,

	input  logic         run, full,
	input  logic [51:4]  address,           // of the tail
	output logic         next, overflow,

	input  logic [1:0]   log,               // the walker's, and of commands, which go first
	input  logic [1:0][127:0] entry,
	output logic [1:0]   done,              // logged, or lost

	output logic         w_valid,
	input  logic         w_ready,
	output logic [51:4]  w_address,
	output logic [127:0] w_data,
	input  logic         b_valid,
	input  resp_t        b_resp
);

	typedef enum logic [2:0] {IDLE, STORE, STORED, DONE, LATE, LATE_STORE, LATE_STORED} state_t;

	state_t     state;
	logic       who, writes, early;
	logic [4:0] delay;

	assign early = bug == BUG_EVENT_EARLY;
	assign writes = state == IDLE && log != 0 && run && (!full || bug == BUG_OVERFLOW);
	assign overflow = state == IDLE && log != 0 && run && full && bug != BUG_OVERFLOW;
	assign next = early ? writes : state == STORED && b_valid && b_resp == OKAY;

	always_comb begin
		done = '0;
		done[who] = state == DONE;
	end

	always_ff @(posedge clk)
		if (!rst_n)
			state <= IDLE;
		else
			case (state)
			IDLE: if (log != 0) begin
				state <= writes && !early ? STORE : DONE;
				who <= log[1];
				w_address <= address;
				w_data <= entry[log[1]];
				delay <= writes && early ? '1 : '0;
			end
			STORE:      if (w_ready) state <= STORED;
			STORED:     if (b_valid) state <= DONE;
			DONE:       state <= delay != 0 ? LATE : IDLE;
			LATE:       begin
				delay <= delay - 1;
				if (delay == 1) state <= LATE_STORE;
			end
			LATE_STORE: if (w_ready) state <= LATE_STORED;
			default:    if (b_valid) state <= IDLE;
			endcase

	assign w_valid = state inside {STORE, LATE_STORE};

endmodule
