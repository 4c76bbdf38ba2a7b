// The scoreboard under Icarus Verilog: one page, an invalidation, and the page gone.
module first;
  integer s, refused;
  reg ok;

  task entry(input [63:0] spa, input [63:0] data);
    ok = ok & ($goldvi_write(s, spa, data) != 0);
  endtask

  task register(input [31:0] offset, input [63:0] value);
    ok = ok & ($goldvi_mmio_write(s, offset, 8, value) != 0);
  endtask

  // A bench has its IOMMU between these two.
  task read(input [63:0] iova, input [63:0] spa);
    begin
      ok = ok & ($goldvi_issue(s, 1, 16'h20, iova, 4, 0, 0) != 0);
      ok = ok & ($goldvi_grant(s, 1, spa) != 0);
    end
  endtask

  initial begin
    ok = 1;
    s = $goldvi_new("host-only");
    // V, TV, Mode 1, the table at 1_0000h, IR, IW; DomainID 7.
    ok = ok & ($goldvi_write(s, 64'h1400, {128'h0, 64'h7, 64'h6000_0000_0001_0203}) != 0);
    entry(64'h10028, 64'h6000_0000_0040_0001);    // page 5: PR, IR, IW, at 40_0000h
    register(32'h0000, 64'h1001);                 // DevTabBase, two pages
    register(32'h0008, 64'h0800_0000_0000_2000);  // CmdBufBase, 256 entries
    register(32'h0010, 64'h0800_0000_0000_4000);  // EventLogBase
    register(32'h0018, 64'h1005);                 // IommuEn, EventLogEn, CmdBufEn
    read(64'h5678, 64'h400678);
    entry(64'h10028, 64'h0);
    read(64'h5678, 64'h400678);                   // may still be held
    entry(64'h2000, 64'h3000_0007_0000_0000);     // INVALIDATE_IOMMU_PAGES
    entry(64'h2008, 64'h5000);
    entry(64'h2010, 64'h1000_0000_0000_3001);     // COMPLETION_WAIT
    entry(64'h2018, 64'hcafe);
    register(32'h2008, 64'h20);
    ok = ok & ($goldvi_written(s, 64'h3000, 64'hcafe) != 0);
    ok = ok & ($goldvi_issue(s, 2, 16'h20, 64'h5678, 4, 0, 0) != 0);
    ok = ok & ($goldvi_abort(s, 2, -1) != 0);
    ok = ok & ($goldvi_written(s, 64'h4000, {64'h5678, 64'h2000_0007_0000_0020}) != 0);
    if ($test$plusargs("stale")) read(64'h5678, 64'h400678);
    refused = $goldvi_finish(s);
    if (!ok || refused != 0) $display("FAILED"); else $display("passed");
    $finish;
  end
endmodule
