# Third-party parts: Debian packages, and the OpenVINO wheel that script/setup unpacks. docs/architecture.md says why each is there.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
pkg_check_modules(vips REQUIRED IMPORTED_TARGET vips)
pkg_check_modules(sqlite3 REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(tomlplusplus REQUIRED IMPORTED_TARGET tomlplusplus)
pkg_check_modules(simdjson REQUIRED IMPORTED_TARGET simdjson)
pkg_check_modules(expat REQUIRED IMPORTED_TARGET expat)
pkg_check_modules(archive REQUIRED IMPORTED_TARGET libarchive)
pkg_check_modules(yaml REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(httplib REQUIRED IMPORTED_TARGET cpp-httplib)
pkg_check_modules(prometheus REQUIRED IMPORTED_TARGET prometheus-cpp-core)  # the text of /metrics; its own web server is not used

# OpenCV's CMake package comes only with all of its modules (libopencv-dev); we want two of them.
find_path(OPENCV_INCLUDE opencv2/core.hpp PATH_SUFFIXES opencv4 REQUIRED)
foreach(module core imgproc)
  find_library(OPENCV_${module} opencv_${module} REQUIRED)
  add_library(opencv_${module} UNKNOWN IMPORTED)
  set_target_properties(opencv_${module} PROPERTIES IMPORTED_LOCATION ${OPENCV_${module}}
    INTERFACE_INCLUDE_DIRECTORIES ${OPENCV_INCLUDE})
endforeach()

# The wheel holds headers, libraries and the CMake package. Debian's TBB has the same SONAME as the wheel's, so the wheel's folder
# must come first for every library of the process: a DT_RPATH, not a RUNPATH.
set(OpenVINO_DIR "${CMAKE_SOURCE_DIR}/.deps/openvino/openvino/cmake" CACHE PATH "Folder of OpenVINOConfig.cmake")
find_package(OpenVINO REQUIRED COMPONENTS Runtime)
get_filename_component(SAM_OPENVINO_LIBS "${OpenVINO_DIR}/../libs" ABSOLUTE)
set(CMAKE_BUILD_RPATH "${SAM_OPENVINO_LIBS}")
add_link_options(-Wl,--disable-new-dtags)

# ONNX Runtime (models on NVIDIA cards) is loaded at run time; only its headers are needed to build. A system-wide installation wins.
find_path(ONNXRUNTIME_INCLUDE onnxruntime_cxx_api.h PATH_SUFFIXES onnxruntime
  PATHS "${CMAKE_SOURCE_DIR}/.deps/onnxruntime/include" REQUIRED)
add_library(onnxruntime_headers INTERFACE)
target_include_directories(onnxruntime_headers SYSTEM INTERFACE ${ONNXRUNTIME_INCLUDE})
