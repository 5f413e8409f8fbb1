import os

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy, get
from conan.tools.layout import basic_layout

required_conan_version = ">=2.1"


class FoveaConan(ConanFile):
    name = "fovea"
    description = "Fused attention from one C++ expression, header-only"
    license = "Apache-2.0"
    url = "https://github.com/conan-io/conan-center-index"
    homepage = "https://example.com/fovea"
    topics = ("attention", "transformer", "cuda", "simd", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    no_copy_source = True

    def layout(self):
        basic_layout(self, src_folder="src")

    def requirements(self):
        self.requires("boost/1.83.0", options={"header_only": True})

    def package_id(self):
        self.info.clear()

    def validate(self):
        check_min_cppstd(self, 20)

    def source(self):
        get(self, **self.conan_data["sources"][self.version], strip_root=True)

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        include = os.path.join(self.package_folder, "include")
        for pattern in ("*.hpp", "*.cuh"):
            copy(self, pattern, os.path.join(self.source_folder, "include"), include)
        copy(self, "simt/*.hpp", os.path.join(self.source_folder, "tests"), os.path.join(include, "fovea-simt"),
             excludes="simt/selftest/*")

    def package_info(self):
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
        self.cpp_info.set_property("cmake_file_name", "fovea")

        # The package's own target would be fovea::fovea too, and would bring the emulator along.
        self.cpp_info.set_property("cmake_target_name", "fovea::everything")
        headers = self.cpp_info.components["headers"]
        headers.set_property("cmake_target_name", "fovea::fovea")
        headers.requires = ["boost::headers"]
        cuda = self.cpp_info.components["cuda"]
        cuda.set_property("cmake_target_name", "fovea::cuda")
        cuda.requires = ["headers"]
        cuda.includedirs = []
        simt = self.cpp_info.components["simt"]
        simt.set_property("cmake_target_name", "fovea::simt")
        simt.requires = ["headers"]
        simt.includedirs = ["include/fovea-simt"]
        if self.settings.os in ("Linux", "FreeBSD"):
            simt.system_libs = ["pthread"]
        for component in (headers, cuda, simt):
            component.bindirs = []
            component.libdirs = []
