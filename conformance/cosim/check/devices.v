// Page requests, their responses, invalidate requests and the IOMMU's own interrupt, as system
// functions.  +wrong plants what has to be refused.
module devices;
  integer s, refused;
  reg ok, never;

  task must(input integer right);
    ok = ok & (right != 0);
  endtask

  task must_not(input integer right);
    never = never | (right != 0);
  endtask

  initial begin
    ok = 1;
    never = 0;
    s = $goldvi_new("everything");
    must($goldvi_habit(s, "PPR_US_WITHOUT_PASID", "clear"));
    // Mode 1, tables at 1_0000h, domain 7, I=1, PPR=1.
    must($goldvi_write(s, 64'h1400, {128'h0, 64'h1_0000_0007, 64'h6010_0000_0001_0203}));
    must($goldvi_read(s, 64'h1400) == 64'h6010_0000_0001_0203);
    must($goldvi_mmio_write(s, 32'h0000, 8, 64'h1001));
    must($goldvi_mmio_write(s, 32'h0008, 8, 64'h0800_0000_0000_2000));
    must($goldvi_mmio_write(s, 32'h0010, 8, 64'h0800_0000_0000_4000));
    must($goldvi_mmio_write(s, 32'h0038, 8, 64'h0800_0000_0000_6000));
    must($goldvi_config_write(s, 32'h68, 4, 32'hfee0_0000));
    must($goldvi_config_write(s, 32'h70, 2, 32'h41));
    must($goldvi_config_write(s, 32'h66, 2, 32'h1));
    must($goldvi_config_read(s, 32'h68, 4, 32'hfee0_0000));
    // EPHEn, PPREn, PPRLogEn, CmdBufEn, ComWaitIntEn, EventLogEn, IommuEn.
    must($goldvi_mmio_write(s, 32'h0018, 8, 64'h2000_0000_b015));
    must($goldvi_issue_page(s, 1, 16'h20, 64'h7000, 13'h0755, 0));    // read, last, group 155h
    if ($test$plusargs("wrong"))
      must_not($goldvi_written(s, 64'h6000, {64'h8000, 64'h1004_0355_0000_0020}));
    must($goldvi_page_taken(s, 1, -1));
    must($goldvi_written(s, 64'h6000, {64'h7000, 64'h1004_0355_0000_0020}));
    // INVALIDATE_IOTLB_PAGES, COMPLETE_PPR_REQUEST, COMPLETION_WAIT with store and interrupt.
    must($goldvi_write(s, 64'h2000, {128'h0, 64'h5000, 64'h4000_0020_0000_0020}));
    must($goldvi_write(s, 64'h2010, {128'h0, 64'h0155_0000_0000, 64'h7000_0000_0000_0020}));
    must($goldvi_write(s, 64'h2020, {128'h0, 64'hcafe, 64'h1000_0000_0000_3003}));
    must($goldvi_mmio_write(s, 32'h2008, 8, 64'h30));
    if ($test$plusargs("wrong")) begin
      must_not($goldvi_sent_invalidate(s, 16'h20, 3, 64'h6000, 0));
      must_not($goldvi_sent_response(s, 16'h20, 16'h154, 0));
      must_not($goldvi_device_done(s, 16'h20, 4, 1));
    end
    must($goldvi_sent_invalidate(s, 16'h20, 3, 64'h5000, 0));
    must($goldvi_sent_response(s, 16'h20, 16'h155, 0));
    must($goldvi_device_done(s, 16'h20, 3, 1));
    must($goldvi_written(s, 64'h3000, 64'hcafe));
    must($goldvi_interrupted(s, 64'hfee0_0000, 32'h41));
    must($goldvi_check(s, 16'h20, 64'h5000, 4, 0, 0, 0, 64'h0));
    must($goldvi_open_tags(s) == 1);                                  // its record is due
    must($goldvi_written(s, 64'h4000, {64'h5000, 64'h2000_0007_0000_0020}));
    must($goldvi_open_tags(s) == 0);
    must($goldvi_total(s, "messages") == 3 && $goldvi_total(s, "aborts") == 1);
    refused = $goldvi_finish(s);
    if ($test$plusargs("wrong") && ok && !never) $display("wrong: %0d refused", refused);
    else if (ok && refused == 0) $display("passed");
    else $display("FAILED");
    $finish;
  end
endmodule
