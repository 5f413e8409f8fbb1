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

# fovea_flags(target flag...): to the C++ compiler, and through nvcc to its host compiler.
function(fovea_flags target)
    list(JOIN ARGN "," joined)
    target_compile_options(${target} INTERFACE $<$<COMPILE_LANGUAGE:CXX>:${ARGN}>
                                               $<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=${joined}>)
endfunction()

add_library(fovea_warnings INTERFACE)
if(FOVEA_WARNINGS AND NOT (FOVEA_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)) # g++ warns of its own checks
    set(flags -Wall -Wextra -Wconversion -Wshadow -Werror)
    fovea_flags(fovea_warnings ${flags})
    target_compile_options(fovea_warnings INTERFACE $<$<COMPILE_LANGUAGE:CUDA>:-Werror=all-warnings>)
endif()

# g++ tunes AVX-512 machines for 256-bit vectors unless told otherwise; the engine is written for the full width.
add_library(fovea_native INTERFACE)
if(FOVEA_NATIVE)
    fovea_flags(fovea_native -march=native)
    if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
        fovea_flags(fovea_native -mprefer-vector-width=512)
    endif()
endif()

# g++ gives a tenth of its time to finding memory that it could use again; one of our sources needs a gigabyte without.
add_library(fovea_compiler INTERFACE)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    fovea_flags(fovea_compiler --param=ggc-min-heapsize=2000000)
endif()

add_library(fovea_sanitize INTERFACE)
if(FOVEA_SANITIZE)
    set(flags -fsanitize=${FOVEA_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    if(FOVEA_SANITIZE MATCHES address AND CMAKE_CXX_COMPILER_ID MATCHES Clang)
        list(APPEND flags -fsanitize-address-use-after-return=never) # which has no notion of fibers
    endif()
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
    target_link_libraries(${name} PRIVATE fovea::fovea fovea_compiler fovea_warnings fovea_native fovea_sanitize
                                          fovea_executors)
    set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF)
    if(NOT CMAKE_CXX_STANDARD)
        set_target_properties(${name} PROPERTIES CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON)
    endif()
endfunction()

# CUDA for our own programs: on, off, or where nvcc is found. No architecture is forced on anybody's command line.
# Where no device is there to run them it is enough that they compile: what they compile to is tools/check_kernels.py's.
option(FOVEA_CUDA_QUICKLY "Spend no time on the code of kernels that no device is there to run" OFF)
set(FOVEA_CUDA AUTO CACHE STRING "Build our own CUDA programs: ON, OFF, or AUTO: where nvcc is found")
set(FOVEA_HAS_CUDA ${FOVEA_CUDA})
if(FOVEA_CUDA STREQUAL AUTO)
    find_program(fovea_nvcc nvcc PATHS ENV CUDACXX $ENV{CUDA_HOME}/bin /usr/local/cuda/bin)
    set(FOVEA_HAS_CUDA OFF)
    # Sanitized host code, and standards that this CMake does not know of nvcc, are for the C++ programs alone.
    if(fovea_nvcc AND NOT FOVEA_SANITIZE AND NOT CMAKE_CXX_STANDARD AND (FOVEA_BUILD_TESTS OR FOVEA_BUILD_BENCH))
        set(FOVEA_HAS_CUDA ON)
    endif()
endif()
if(FOVEA_HAS_CUDA)
    if(NOT DEFINED CMAKE_CUDA_COMPILER AND fovea_nvcc)
        set(CMAKE_CUDA_COMPILER ${fovea_nvcc})
    endif()
    if(NOT DEFINED CMAKE_CUDA_HOST_COMPILER AND NOT DEFINED ENV{CUDAHOSTCXX})
        set(CMAKE_CUDA_HOST_COMPILER ${CMAKE_CXX_COMPILER})
    endif()
    set(FOVEA_HAS_DEVICE OFF)
    execute_process(COMMAND nvidia-smi -L RESULT_VARIABLE no_device OUTPUT_QUIET ERROR_QUIET)
    if(no_device EQUAL 0)
        set(FOVEA_HAS_DEVICE ON)
        set(FOVEA_CUDA_QUICKLY OFF)
    endif()
    if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES AND FOVEA_CUDA_QUICKLY)
        set(CMAKE_CUDA_ARCHITECTURES 80-virtual) # the PTX alone
    elseif(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
        set(CMAKE_CUDA_ARCHITECTURES 80) # code for 8.0, and PTX for all that follow
    endif()
    if(fovea_ccache AND NOT CMAKE_CUDA_COMPILER_LAUNCHER)
        set(CMAKE_CUDA_COMPILER_LAUNCHER ${fovea_ccache})
    endif()
    enable_language(CUDA)
    if(FOVEA_CUDA_QUICKLY AND CMAKE_CUDA_COMPILER_VERSION VERSION_GREATER_EQUAL 13.0)
        add_compile_options($<$<COMPILE_LANGUAGE:CUDA>:-Ofc=max>)
    endif()
endif()

# fovea_cuda_program(name source...): an executable of .cpp and .cu files under the house rules. The language standard
# is the affair of fovea::cuda: the property CXX_STANDARD would reach nvcc too, where CMake 3.25.1 refuses it.
function(fovea_cuda_program name)
    add_executable(${name} ${ARGN})
    target_link_libraries(${name} PRIVATE fovea::cuda fovea_compiler fovea_warnings fovea_native fovea_executors)
    set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF)
endfunction()
