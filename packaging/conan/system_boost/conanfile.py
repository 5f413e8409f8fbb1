from conan import ConanFile


class SystemBoost(ConanFile):
    """The system's Boost under the name of ConanCenter's: to try a recipe where ConanCenter is out of reach."""

    name = "boost"
    package_type = "header-library"
    options = {"header_only": [True, False]}
    default_options = {"header_only": True}

    def package_info(self):
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.set_property("cmake_file_name", "Boost")
        self.cpp_info.components["headers"].set_property("cmake_target_name", "Boost::headers")
        self.cpp_info.components["headers"].includedirs = []
