# Finds fovea in the way named by WAY, and checks that the project which asked got a target and nothing else.
get_cmake_property(names VARIABLES)
foreach(name IN LISTS names)
    if(name MATCHES "^(CMAKE|BUILD)_")
        set(before_${name} "${${name}}")
    endif()
endforeach()

if(WAY STREQUAL "find_package")
    find_package(fovea 0.1 CONFIG REQUIRED)
elseif(WAY STREQUAL "fetch_content")
    include(FetchContent)
    FetchContent_Declare(fovea SOURCE_DIR ${FOVEA_SOURCES})
    FetchContent_MakeAvailable(fovea)
elseif(WAY STREQUAL "add_subdirectory")
    add_subdirectory(${FOVEA_SOURCES} fovea)
else()
    message(FATAL_ERROR "there is no way '${WAY}'")
endif()

# project() and find_package() leave notes of their own, such as what they know of threads.
get_cmake_property(names VARIABLES)
foreach(name IN LISTS names)
    if(name MATCHES "^(CMAKE|BUILD)_"
       AND NOT name MATCHES "^CMAKE_(PROJECT_|THREAD_|HAVE_|USE_.*_THREADS|FIND_|.*_INIT$|MATCH_|CURRENT_|PARENT_)"
       AND NOT "${before_${name}}" STREQUAL "${${name}}")
        message(FATAL_ERROR "fovea changes ${name} from '${before_${name}}' to '${${name}}'")
    endif()
endforeach()
foreach(target fovea::fovea fovea::cuda)
    foreach(property OPTIONS DEFINITIONS)
        get_target_property(leaked ${target} INTERFACE_COMPILE_${property})
        if(leaked AND NOT leaked MATCHES "COMPILE_LANG_AND_ID:CUDA") # C++20, for CMakes that leave it out
            message(FATAL_ERROR "${target} has ${property} for its users: '${leaked}'")
        endif()
    endforeach()
endforeach()
