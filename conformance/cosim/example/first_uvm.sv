// The UVM component of uvm_scoreboard.sv in a test: one page, an invalidation, and the page
// gone elsewhere.  A bench has monitors of its IOMMU's ports where `script` is; +stale makes that
// IOMMU hold the page too long.
package first_pkg;
  import uvm_pkg::*;
  import goldvi_uvm_pkg::*;
  `include "uvm_macros.svh"

  class script extends uvm_monitor;
    `uvm_component_utils(script)
    uvm_analysis_port #(iommu_item) seen;

    function new(string name, uvm_component parent);
      super.new(name, parent);
    endfunction

    virtual function void build_phase(uvm_phase phase);
      super.build_phase(phase);
      seen = new("seen", this);
    endfunction

    function void see(iommu_what_e what, bit [63:0] address, bit [63:0] data = 0, int tag = 0);
      iommu_item item = iommu_item::type_id::create("item");
      item.what = what;
      item.address = address;
      item.data = {64'h0, data};
      item.tag = tag;
      item.device = 16'h20;
      seen.write(item);
    endfunction

    virtual task run_phase(uvm_phase phase);
      phase.raise_objection(this);
      see(STORE, 64'h1400, 64'h6000_0000_0001_0203);    // V, TV, Mode 1, tables at 1_0000h, IR, IW
      see(STORE, 64'h1408, 64'h7);                      // DomainID
      see(STORE, 64'h10028, 64'h6000_0000_0040_0001);   // page 5 is at 40_0000h
      see(REGISTER, 64'h00, 64'h1001);                  // DevTabBase, two pages
      see(REGISTER, 64'h08, 64'h0800_0000_0000_2000);   // CmdBufBase, 256 entries
      see(REGISTER, 64'h18, 64'h1001);                  // CmdBufEn, IommuEn
      see(REQUEST, 64'h5678, 0, 1);
      see(GRANT, 64'h400678, 0, 1);
      see(STORE, 64'h10028, 64'h6000_0000_0099_9001);   // ... and now at 99_9000h
      see(STORE, 64'h2000, 64'h3000_0007_0000_0000);    // INVALIDATE_IOMMU_PAGES
      see(STORE, 64'h2008, 64'h5000);
      see(STORE, 64'h2010, 64'h1000_0000_0000_3001);    // COMPLETION_WAIT
      see(STORE, 64'h2018, 64'hcafe);
      see(REGISTER, 64'h2008, 64'h20);                  // CmdBufTail
      #10 see(STORED, 64'h3000, 64'hcafe);
      see(REQUEST, 64'h5678, 0, 2);
      see(GRANT, ($test$plusargs("stale") != 0) ? 64'h400678 : 64'h999678, 0, 2);
      phase.drop_objection(this);
    endtask
  endclass

  class first_test extends uvm_test;
    `uvm_component_utils(first_test)
    script monitor;
    iommu_scoreboard scoreboard;

    function new(string name, uvm_component parent);
      super.new(name, parent);
    endfunction

    virtual function void build_phase(uvm_phase phase);
      super.build_phase(phase);
      monitor = script::type_id::create("monitor", this);
      scoreboard = iommu_scoreboard::type_id::create("scoreboard", this);
    endfunction

    virtual function void connect_phase(uvm_phase phase);
      super.connect_phase(phase);
      monitor.seen.connect(scoreboard.analysis_export);
    endfunction
  endclass
endpackage

module first_uvm;
  import uvm_pkg::*;
  import first_pkg::*;
  initial run_test("first_test");
endmodule
