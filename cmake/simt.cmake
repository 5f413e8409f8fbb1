# fovea::simt, the emulator that runs kernels on the CPU, for the tests of this library and of its users: headers alone.
find_package(Threads REQUIRED)
add_library(fovea_simt INTERFACE)
add_library(fovea::simt ALIAS fovea_simt)
set_target_properties(fovea_simt PROPERTIES EXPORT_NAME simt)
file(GLOB fovea_simt_headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/simt/*.hpp)
target_sources(fovea_simt INTERFACE FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/tests FILES ${fovea_simt_headers})
target_link_libraries(fovea_simt INTERFACE fovea Threads::Threads)
