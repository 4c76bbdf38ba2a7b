// Just enough of UVM's classes, by their names and arguments, to run ../../example/first_uvm.sv in
// a simulator that cannot compile UVM itself: no factory overrides, no configuration, no
// verbosity, and of the phases build, connect, run, check and report.
package uvm_pkg;
  typedef enum {UVM_NONE = 0, UVM_LOW = 100, UVM_MEDIUM = 200, UVM_HIGH = 300} uvm_verbosity;

  class uvm_stub_report;
    static int errors = 0;
    static function void say(string severity, string who, string id, string text);
      $display("%s @ %0t: %s [%s] %s", severity, $time, who, id, text);
    endfunction
  endclass

  class uvm_object;
    local string m_name;
    function new(string name = "");
      m_name = name;
    endfunction
    virtual function string get_name();
      return m_name;
    endfunction
    virtual function string get_full_name();
      return m_name;
    endfunction
  endclass

  class uvm_sequence_item extends uvm_object;
    function new(string name = "uvm_sequence_item");
      super.new(name);
    endfunction
  endclass

  typedef class uvm_component;

  class uvm_phase extends uvm_object;
    int objections = 0;
    function new(string name = "uvm_phase");
      super.new(name);
    endfunction
    virtual function void raise_objection(uvm_component obj, string description = "", int count = 1);
      objections += count;
    endfunction
    virtual function void drop_objection(uvm_component obj, string description = "", int count = 1);
      objections -= count;
    endfunction
  endclass

  class uvm_component extends uvm_object;
    static uvm_component stub_all[$];
    string stub_full_name;

    function new(string name, uvm_component parent);
      super.new(name);
      stub_full_name = name;
      if (parent != null) begin
        stub_full_name = {parent.stub_full_name, ".", name};
        stub_all.push_back(this);
      end
    endfunction
    virtual function string get_full_name();
      return stub_full_name;
    endfunction
    function uvm_component stub_self();
      return this;
    endfunction
    virtual function uvm_component stub_another(string name);
      return null;
    endfunction
    virtual function void build_phase(uvm_phase phase);
    endfunction
    virtual function void connect_phase(uvm_phase phase);
    endfunction
    virtual task run_phase(uvm_phase phase);
      #1;                       // it takes time, as those that replace it
    endtask
    virtual function void check_phase(uvm_phase phase);
    endfunction
    virtual function void report_phase(uvm_phase phase);
    endfunction
  endclass

  // Tests by their names, each as one that is copied.
  class uvm_stub_tests;
    static uvm_component known[string];
    static uvm_component nobody;        // null itself cannot be handed to new() in Verilator 5.006
  endclass

  class uvm_monitor extends uvm_component;
    function new(string name, uvm_component parent);
      super.new(name, parent);
    endfunction
  endclass

  class uvm_scoreboard extends uvm_component;
    function new(string name, uvm_component parent);
      super.new(name, parent);
    endfunction
  endclass

  class uvm_test extends uvm_component;
    function new(string name, uvm_component parent);
      super.new(name, parent);
    endfunction
  endclass

  // ---- Analysis ports ----------------------------------------------------------------

  class uvm_stub_sink #(type T = int) extends uvm_component;
    function new(string name, uvm_component parent);
      super.new(name, parent);
    endfunction
    virtual function void write(T t);
    endfunction
  endclass

  class uvm_subscriber #(type T = int) extends uvm_stub_sink #(T);
    uvm_stub_sink #(T) analysis_export;
    function new(string name, uvm_component parent);
      super.new(name, parent);
      analysis_export = this;
    endfunction
  endclass

  class uvm_analysis_port #(type T = int) extends uvm_object;
    local uvm_stub_sink #(T) m_to[$];
    function new(string name, uvm_component parent);
      super.new(name);
    endfunction
    function void connect(uvm_stub_sink #(T) provider);
      m_to.push_back(provider);
    endfunction
    function void write(T t);
      foreach (m_to[i]) m_to[i].write(t);
    endfunction
  endclass

  task automatic run_test(string test_name = "");
    uvm_phase phase = new("phases");
    uvm_component top;
    if (uvm_stub_tests::known.exists(test_name) == 0) $fatal(1, "there is no test %s", test_name);
    top = uvm_stub_tests::known[test_name].stub_another("uvm_test_top");
    uvm_component::stub_all.push_front(top);
    for (int i = 0; i < uvm_component::stub_all.size(); i++)
      uvm_component::stub_all[i].build_phase(phase);
    for (int i = uvm_component::stub_all.size(); i > 0; i--)
      uvm_component::stub_all[i - 1].connect_phase(phase);
    foreach (uvm_component::stub_all[i]) begin
      uvm_component one = uvm_component::stub_all[i];
      fork
        one.run_phase(phase);
      join_none
    end
    do #1; while (phase.objections != 0);
    foreach (uvm_component::stub_all[i]) uvm_component::stub_all[i].check_phase(phase);
    foreach (uvm_component::stub_all[i]) uvm_component::stub_all[i].report_phase(phase);
    $display("UVM_ERROR : %0d", uvm_stub_report::errors);
    $finish;
  endtask
endpackage
