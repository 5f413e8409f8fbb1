# How this repository's own programs (tests, examples, benchmarks) are compiled. None of it is on the exported target.
option(FOVEA_NATIVE "Compile our own programs for this machine's CPU" ON)
option(FOVEA_WARNINGS "Compile our own programs with warnings as errors" ON)
option(FOVEA_CCACHE "Use ccache where it is found" ON)
set(FOVEA_SANITIZE "" CACHE STRING "Sanitizers for our own programs: 'address,undefined' or 'thread'")

if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

if(FOVEA_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    find_program(fovea_ccache ccache)
    if(fovea_ccache)
        set(CMAKE_CXX_COMPILER_LAUNCHER ${fovea_ccache})
    endif()
endif()

add_library(fovea_warnings INTERFACE)
if(FOVEA_WARNINGS)
    target_compile_options(fovea_warnings INTERFACE -Wall -Wextra -Wconversion -Wshadow -Werror)
endif()

# g++ tunes AVX-512 machines for 256-bit vectors unless told otherwise; the engine is written for the full width.
add_library(fovea_native INTERFACE)
if(FOVEA_NATIVE)
    target_compile_options(fovea_native INTERFACE -march=native)
    if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
        target_compile_options(fovea_native INTERFACE -mprefer-vector-width=512)
    endif()
endif()

add_library(fovea_sanitize INTERFACE)
if(FOVEA_SANITIZE)
    set(flags -fsanitize=${FOVEA_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_compile_options(fovea_sanitize INTERFACE ${flags})
    target_link_options(fovea_sanitize INTERFACE ${flags})
endif()

# OpenMP is one of the executors; its runtime is not instrumented, so the thread sanitizer would see races in it.
find_package(Threads REQUIRED)
add_library(fovea_executors INTERFACE)
target_link_libraries(fovea_executors INTERFACE Threads::Threads)
if(NOT FOVEA_SANITIZE MATCHES thread)
    find_package(OpenMP QUIET COMPONENTS CXX)
    if(OpenMP_CXX_FOUND)
        target_link_libraries(fovea_executors INTERFACE OpenMP::OpenMP_CXX)
    endif()
endif()

# fovea_program(name source...): an executable under the house rules, linked with fovea, threads and OpenMP if found.
function(fovea_program name)
    add_executable(${name} ${ARGN})
    target_link_libraries(${name} PRIVATE fovea::fovea fovea_warnings fovea_native fovea_sanitize fovea_executors)
    set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF)
    if(NOT CMAKE_CXX_STANDARD)
        set_target_properties(${name} PROPERTIES CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON)
    endif()
endfunction()
