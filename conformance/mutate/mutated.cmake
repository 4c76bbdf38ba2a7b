# With GOLDVI_MUTANTS: the model's sources, each with all its mutants in it.  Included by
# model/CMakeLists.txt, whose `sources` become the generated ones and whose headers are first
# looked for in `mutated`; everything else in the tree is built as ever and linked with them.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(mutate ${PROJECT_SOURCE_DIR}/conformance/mutate)
set(mutated ${PROJECT_BINARY_DIR}/mutated)

file(GLOB originals CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.[ch]
	${PROJECT_SOURCE_DIR}/include/goldvi/def/*.def)
list(TRANSFORM sources PREPEND ${mutated}/model/)
add_custom_command(
	OUTPUT ${sources} ${mutated}/patches.c
	COMMAND Python3::Interpreter ${mutate}/generate.py ${PROJECT_SOURCE_DIR} ${mutated}
	COMMAND ${CMAKE_COMMAND} -E touch ${sources} ${mutated}/patches.c
	DEPENDS ${originals} ${mutate}/generate.py ${mutate}/c_code.py ${mutate}/tables.py)
list(APPEND sources ${mutated}/patches.c ${mutate}/runtime.c)

# Nothing uninitialised hangs on chance, and no overflow on the optimiser.
add_compile_options(-w -fwrapv -fno-strict-aliasing -ftrivial-auto-var-init=pattern
	"SHELL:-include ${mutate}/runtime.h")
