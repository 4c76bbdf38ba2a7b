// The class of goldvi_cosim.sv: tables in the bench's own memory, requests by tag, answers out of
// order, records, an interrupt.  +wrong plants an answer that has to be refused.
module board;
  import goldvi_cosim_pkg::*;

  bit [63:0] memory[bit [63:0]];

  export "DPI-C" function goldvi_bench_read64;
  function automatic longint goldvi_bench_read64(input longint spa);
    return (memory.exists(spa) != 0) ? memory[spa] : 0;
  endfunction

  import "DPI-C" context function int goldvi_start(input chandle s, input int memory);

  goldvi_scoreboard sb;
  int failures = 0;

  task automatic must(input bit ok, input int line);
    if (!ok) begin
      failures++;
      $display("board.sv:%0d: refused", line);
    end
  endtask

  task automatic store(input bit [63:0] spa, input bit [63:0] data);
    bit [63:0] old = (memory.exists(spa) != 0) ? memory[spa] : 0;
    memory[spa] = data;
    must(sb.wrote(spa, old), `__LINE__);
  endtask

  bit [63:0] spa = 0;

  initial begin
    sb = new("client", GOLDVI_BENCH_MEMORY);
    must(sb.set("delay", 4) && sb.habit("NOT_PRESENT_CACHED", "never"), `__LINE__);
    must(!sb.set("nothing", 4) && !sb.habit("NOT_PRESENT_CACHED", "perhaps"), `__LINE__);
    must(goldvi_start(sb.handle(), int'(GOLDVI_BENCH_MEMORY)) != 0, `__LINE__);
    // Device 20h: Mode 1, tables at 1_0000h, domain 7; interrupts remapped, table at 1_8000h.
    store(64'h1400, 64'h6000_0000_0001_0203);
    store(64'h1408, 64'h7);
    store(64'h1410, 64'h2000_0000_0001_8005);
    store(64'h10028, 64'h6000_0000_0040_0001);
    store(64'h18008, 64'h0031_0501);
    must(sb.mmio_write(32'h0000, 64'h1001), `__LINE__);
    must(sb.mmio_write(32'h0008, 64'h0800_0000_0000_2000), `__LINE__);
    must(sb.mmio_write(32'h0010, 64'h0800_0000_0000_4000), `__LINE__);
    must(sb.mmio_write(32'h0018, 64'h1005), `__LINE__);
    must(sb.mmio_read(32'h0010, 64'h0800_0000_0000_4000), `__LINE__);
    must(sb.predict(16'h20, 64'h5678, spa) && spa == 64'h400678, `__LINE__);
    must(!sb.predict(16'h20, 64'h6000, spa), `__LINE__);

    // Two are under way while the page moves and the invalidation is complete.
    must(sb.issue(1, 16'h20, 64'h5678) && sb.issue(2, 16'h20, 64'h5000, GOLDVI_WRITE), `__LINE__);
    store(64'h10028, 64'h6000_0000_0050_0001);
    store(64'h2000, 64'h3000_0007_0000_0000);
    store(64'h2008, 64'h5000);
    store(64'h2010, 64'h1000_0000_0000_3001);
    store(64'h2018, 64'hcafe);
    must(sb.mmio_write(32'h2008, 64'h20), `__LINE__);
    must(sb.stored(64'h3000, 64'hcafe), `__LINE__);
    must(sb.issue(3, 16'h20, 64'h5000), `__LINE__);
    must(sb.grant(3, 64'h500000), `__LINE__);
    must(sb.grant(2, 64'h400000) && sb.grant(1, 64'h500678), `__LINE__);

    // An abort before its record, and one after it.
    must(sb.issue(4, 16'h20, 64'h6000) && sb.issue(5, 16'h20, 64'h7000), `__LINE__);
    must(sb.logged(64'h4000, {64'h7000, 64'h2000_0007_0000_0020}), `__LINE__);
    must(sb.abort(4), `__LINE__);
    must(sb.open_tags() == 2, `__LINE__);
    must(sb.logged(64'h4010, {64'h6000, 64'h2000_0007_0000_0020}), `__LINE__);
    must(sb.abort(5), `__LINE__);
    must(sb.open_tags() == 0, `__LINE__);

    // Vector 31h to destination 5, by entry 2.
    must(sb.issue_interrupt(6, 16'h20, 64'hfee0_0000, 32'h2), `__LINE__);
    must(sb.remapped(6, 64'hfee0_5000, 32'h0031), `__LINE__);
    if ($test$plusargs("wrong")) begin
      must(sb.issue(7, 16'h20, 64'h5000), `__LINE__);
      must(!sb.grant(7, 64'h400000), `__LINE__);
      must(sb.issue_interrupt(8, 16'h20, 64'hfee0_0000, 32'h2), `__LINE__);
      must(!sb.remapped(8, 64'hfee0_5000, 32'h0032), `__LINE__);
      must(!sb.stored(64'h3000, 64'hbeef), `__LINE__);
      must(!sb.grant(9, 64'h0), `__LINE__);
    end
    must(sb.total("in_flight") == 2, `__LINE__);
    must(sb.finish() == ($test$plusargs("wrong") ? 4 : 0), `__LINE__);
    if (failures != 0) $display("board: FAILED");
    else $display("board: passed");
    $finish;
  end
endmodule
