// The macros of uvm_pkg.sv beside this file.
`ifndef UVM_MACROS_SVH
`define UVM_MACROS_SVH

`define uvm_object_utils(T) \
  typedef T type_id; \
  static function T create(string name); \
    T made = new(name); \
    return made; \
  endfunction

`define uvm_component_utils(T) \
  typedef T type_id; \
  static function T create(string name, uvm_component parent); \
    T made = new(name, parent); \
    return made; \
  endfunction \
  virtual function uvm_component stub_another(string name); \
    T made = new(name, uvm_stub_tests::nobody); \
    return made; \
  endfunction \
  static function bit stub_know(); \
    T first = new(`"T`", uvm_stub_tests::nobody); \
    uvm_stub_tests::known[`"T`"] = first; \
    return 1; \
  endfunction \
  static bit stub_is_known = stub_know();

`define uvm_info(ID, MSG, VERBOSITY) \
  uvm_stub_report::say("UVM_INFO", get_full_name(), ID, MSG);

`define uvm_error(ID, MSG) \
  begin \
    uvm_stub_report::errors++; \
    uvm_stub_report::say("UVM_ERROR", get_full_name(), ID, MSG); \
  end

`endif
