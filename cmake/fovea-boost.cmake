# Boost's headers, as Boost::headers: by Boost's own package file, or where there is none by CMake's module, which CMake
# from 3.30 on finds only under the old policy. Read by this project and by the package that it installs.
if(POLICY CMP0144) # BOOST_ROOT counts
    cmake_policy(SET CMP0144 NEW)
endif()
find_package(Boost 1.74 QUIET CONFIG)
if(NOT Boost_FOUND)
    if(POLICY CMP0167)
        cmake_policy(SET CMP0167 OLD)
    endif()
    find_package(Boost 1.74 QUIET)
endif()
