import re
from pathlib import Path

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy

required_conan_version = ">=2.1"


class Fovea(ConanFile):
    name = "fovea"
    description = "Fused attention from one C++ expression, header-only"
    license = "Apache-2.0"
    topics = ("attention", "transformer", "cuda", "simd", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    exports = "include/fovea/base/config.hpp"  # holds the version
    exports_sources = "CMakeLists.txt", "cmake/*", "include/*", "tests/*", "LICENSE"
    no_copy_source = True

    def set_version(self):
        config = Path(self.recipe_folder, "include/fovea/base/config.hpp").read_text()
        self.version = re.search(r'#define FOVEA_VERSION "(.*)"', config)[1]

    @property
    def _with_tests(self):
        # Not by default: the suite takes minutes, and a header-only package is not made by building it.
        return not self.conf.get("tools.build:skip_test", default=True, check_type=bool)

    def layout(self):
        cmake_layout(self)

    def requirements(self):
        self.requires("boost/[>=1.74 <2]", options={"header_only": True})

    def build_requirements(self):
        if self._with_tests:
            self.test_requires("catch2/[>=2.13.10 <4]")

    def validate(self):
        check_min_cppstd(self, 20)

    def package_id(self):
        self.info.clear()

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.user_presets_path = False
        toolchain.cache_variables["FOVEA_INSTALL"] = True
        toolchain.cache_variables["FOVEA_BUILD_EXAMPLES"] = False
        toolchain.cache_variables["FOVEA_BUILD_TESTS"] = self._with_tests
        toolchain.cache_variables["FOVEA_BUILD_DOCS"] = False
        toolchain.cache_variables["FOVEA_CUDA"] = "OFF"
        toolchain.generate()
        CMakeDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        if self._with_tests:
            cmake.build()
            cmake.ctest(["--label-regex", "suite", "--output-on-failure"])

    def package(self):
        copy(self, "LICENSE", self.source_folder, Path(self.package_folder, "licenses"))
        CMake(self).install()

    def package_info(self):
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
        # The package brings its own CMake files: CMakeDeps knows no flags for CUDA, which fovea::cuda needs.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs = ["share/cmake/fovea"]
        self.cpp_info.requires = ["boost::headers"]
