// Devices with ATS, by the class of goldvi_cosim.sv: a translation, a page request, its response,
// an invalidation, the IOMMU's own interrupt.  +wrong plants what has to be refused.
module devices;
  import goldvi_cosim_pkg::*;

  goldvi_scoreboard sb;
  goldvi_page_t page;
  goldvi_prefix_t prefix;
  int failures = 0, refused;
  bit wrong;

  task automatic must(input bit ok, input int line);
    if (!ok) begin
      failures++;
      $display("devices.sv:%0d: refused", line);
    end
  endtask

  // Refused if it is told at all.
  task automatic must_not(input bit ok, input int line);
    if (ok) begin
      failures++;
      $display("devices.sv:%0d: permitted", line);
    end
  endtask

  initial begin
    wrong = $test$plusargs("wrong") != 0;
    sb = new("everything");
    must(sb.habit("PPR_US_WITHOUT_PASID", "clear"), `__LINE__);
    // Device 20h: Mode 1, tables at 1_0000h, domain 7, I=1, PPR=1.
    must(sb.write_dte(64'h1400, {128'h0, 64'h1_0000_0007, 64'h6010_0000_0001_0203}), `__LINE__);
    must(sb.write(64'h10028, 64'h6000_0000_0040_0001), `__LINE__);
    must(sb.mmio_write(32'h0000, 64'h1001), `__LINE__);
    must(sb.mmio_write(32'h0008, 64'h0800_0000_0000_2000), `__LINE__);
    must(sb.mmio_write(32'h0010, 64'h0800_0000_0000_4000), `__LINE__);
    must(sb.mmio_write(32'h0038, 64'h0800_0000_0000_6000), `__LINE__);
    // MSI: address, data, enable.
    must(sb.config_write('h68, 32'hfee0_0000) && sb.config_write('h70, 32'h41, 2), `__LINE__);
    must(sb.config_write('h66, 32'h1, 2) && sb.config_read('h68, 32'hfee0_0000), `__LINE__);
    // EPHEn, PPREn, PPRLogEn, CmdBufEn, ComWaitIntEn, EventLogEn, IommuEn.
    must(sb.mmio_write(32'h0018, 64'h2000_0000_b015), `__LINE__);

    must(sb.issue_ats(1, 16'h20, 64'h5000), `__LINE__);
    must(sb.completed(1, 64'h40_0403), `__LINE__);
    page = '0;
    page.group = 9'h155;
    page.last = 1;
    page.read = 1;
    must(sb.issue_page(2, 16'h20, 64'h7000, page), `__LINE__);
    if (wrong) must_not(sb.logged(64'h6000, {64'h7000, 64'h1020_0355_0000_0020}), `__LINE__);
    must(sb.logged(64'h6000, {64'h7000, 64'h1004_0355_0000_0020}), `__LINE__);
    must(sb.taken(2, GOLDVI_PAGE_LOGGED), `__LINE__);
    must(sb.issue_page(3, 16'h20, 64'h8000, page), `__LINE__);
    must(sb.taken(3), `__LINE__);
    must(sb.logged(64'h6010, {64'h8000, 64'h1004_0355_0000_0020}), `__LINE__);

    // INVALIDATE_IOTLB_PAGES, COMPLETE_PPR_REQUEST, COMPLETION_WAIT with store and interrupt.
    must(sb.write(64'h2000, 64'h4000_0020_0000_0020) && sb.write(64'h2008, 64'h5000), `__LINE__);
    must(sb.write(64'h2010, 64'h7000_0000_0000_0020), `__LINE__);
    must(sb.write(64'h2018, 64'h0155_0000_0000), `__LINE__);
    must(sb.write(64'h2020, 64'h1000_0000_0000_3003) && sb.write(64'h2028, 64'hcafe), `__LINE__);
    must(sb.mmio_write(32'h2008, 64'h30), `__LINE__);
    prefix = '0;
    prefix.has_pasid = 1;
    if (wrong) begin
      must_not(sb.sent_invalidate(16'h20, 5'd3, 64'h6000), `__LINE__);
      must_not(sb.sent_response(16'h20, 16'h155, prefix), `__LINE__);
      must_not(sb.stored(64'h3000, 64'hcafe), `__LINE__);
      must_not(sb.device_done(16'h20, 5'd4), `__LINE__);
    end
    must(sb.sent_invalidate(16'h20, 5'd3, 64'h5000), `__LINE__);
    must(sb.sent_response(16'h20, 16'h155), `__LINE__);
    must(sb.device_done(16'h20, 5'd3), `__LINE__);
    must(sb.stored(64'h3000, 64'hcafe), `__LINE__);
    if (wrong) must_not(sb.interrupted(64'hfee0_0000, 32'h42), `__LINE__);
    must(sb.interrupted(64'hfee0_0000, 32'h41), `__LINE__);
    refused = sb.finish();
    must(refused == (wrong ? 6 : 0), `__LINE__);
    if (failures != 0) $display("devices: FAILED");
    else $display("devices: passed");
    $finish;
  end
endmodule
