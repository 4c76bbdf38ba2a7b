# What `cpack` makes of the components: Debian packages and archives.
#
#   cmake --workflow --preset package      leaves them in build/package
set(CPACK_GENERATOR DEB TGZ)
set(CPACK_PACKAGE_NAME goldvi)
set(CPACK_PACKAGE_VENDOR goldvi)
set(CPACK_PACKAGE_CONTACT "goldvi maintainers <goldvi@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "golden model of the AMD IOMMU")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_COMPONENTS_ALL library dev tools vectors python)
if(NOT GOLDVI_COMMAND)
	list(REMOVE_ITEM CPACK_COMPONENTS_ALL tools vectors)
endif()
if(NOT TARGET goldvi_python)
	list(REMOVE_ITEM CPACK_COMPONENTS_ALL python)
endif()

set(library libgoldvi${GOLDVI_ABI})
set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)

# package COMPONENT NAME SECTION SUMMARY TEXT
function(goldvi_package component name section summary text)
	if(NOT component IN_LIST CPACK_COMPONENTS_ALL)
		return()
	endif()
	string(TOUPPER ${component} c)
	set(CPACK_DEBIAN_${c}_PACKAGE_NAME ${name} PARENT_SCOPE)
	set(CPACK_DEBIAN_${c}_PACKAGE_SECTION ${section} PARENT_SCOPE)
	set(CPACK_DEBIAN_${c}_DESCRIPTION "${summary}\n${text}" PARENT_SCOPE)
	install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${name}
		RENAME copyright COMPONENT ${component})
	set(CPACK_ARCHIVE_${c}_FILE_NAME
		${name}-${PROJECT_VERSION}-${CMAKE_SYSTEM_PROCESSOR} PARENT_SCOPE)
endfunction()

goldvi_package(library ${library} libs "golden model of the AMD IOMMU - library"
	"Says what an AMD IOMMU must do and may do with an access, an interrupt or a command.")
goldvi_package(dev libgoldvi-dev libdevel "golden model of the AMD IOMMU - development files"
	"Headers, static library, the library as one source file, and what CMake and pkg-config need.")
goldvi_package(tools goldvi-tools devel "golden model of the AMD IOMMU - command"
	"Plays test vectors on an IOMMU under test, explains, decodes and encodes.")
goldvi_package(vectors goldvi-vectors devel "golden model of the AMD IOMMU - test vectors"
	"Plain YAML files that any AMD IOMMU can be tested with.")
goldvi_package(python python3-goldvi python "golden model of the AMD IOMMU - Python 3"
	"The library from Python: formats, translations, and the oracle.")

set(CPACK_DEBIAN_LIBRARY_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_TOOLS_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_TOOLS_PACKAGE_DEPENDS "goldvi-vectors (>= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_VECTORS_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS "${library} (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_PYTHON_PACKAGE_DEPENDS "python3 (>= 3.9), ${library} (>= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_PYTHON_PACKAGE_ARCHITECTURE all)
include(CPack)
