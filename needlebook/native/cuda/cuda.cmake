# Extracted from the book: edit the chapter, or edit here and run "make sync".
# One function for every module of kernels. `needlebook_cuda_module(name sources...)`
# makes up to three of the same sources: `name` for the GPU where nvcc is found,
# `name_sim` for the CPU, and `name_check`, which watches every access.
# Kernels and launches stand in .cu files, bindings to Python in .cpp files, which begin
# with PYBIND11_MODULE(NEEDLEBOOK_MODULE, module).
set(NEEDLEBOOK_CUDA_DIR ${CMAKE_CURRENT_LIST_DIR})

file(GLOB runtime_sources ${NEEDLEBOOK_CUDA_DIR}/simt/*.cpp)
file(GLOB check_sources ${NEEDLEBOOK_CUDA_DIR}/simt/check/*.cpp)
find_package(Threads REQUIRED)
add_library(simt_runtime OBJECT EXCLUDE_FROM_ALL ${runtime_sources})
add_library(simt_check OBJECT EXCLUDE_FROM_ALL ${check_sources})
foreach(library simt_runtime simt_check)
  set_target_properties(${library} PROPERTIES POSITION_INDEPENDENT_CODE ON
    CXX_VISIBILITY_PRESET hidden)
  target_link_libraries(${library} PRIVATE pybind11::module Threads::Threads)
endforeach()

# A Python module of the sources; binutils still find names in it.
function(needlebook_python_module name)
  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE pybind11::module Threads::Threads)
  target_compile_definitions(${name} PRIVATE NEEDLEBOOK_MODULE=${name})
  set_target_properties(${name} PROPERTIES CXX_VISIBILITY_PRESET hidden)
  pybind11_extension(${name})
  install(TARGETS ${name} DESTINATION needlebook)
endfunction()

function(needlebook_cuda_module name)
  if(NOT CMAKE_SYSTEM_NAME STREQUAL "Linux")
    message(STATUS "needlebook: ${name} needs Linux, kernels are built nowhere else")
    return()
  endif()
  set(kernels ${ARGN})
  set(bindings ${ARGN})
  list(FILTER kernels INCLUDE REGEX "\\.cu$")
  list(FILTER bindings EXCLUDE REGEX "\\.cu$")
  list(TRANSFORM kernels PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  set_source_files_properties(${kernels} PROPERTIES LANGUAGE CXX)

  add_library(${name}_sim_kernels OBJECT ${kernels})
  set_target_properties(${name}_sim_kernels PROPERTIES
    POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden)
  target_compile_options(${name}_sim_kernels PRIVATE -Wno-unknown-pragmas)
  needlebook_python_module(${name}_sim ${bindings}
    $<TARGET_OBJECTS:${name}_sim_kernels> $<TARGET_OBJECTS:simt_runtime>)

  if(CMAKE_CXX_FLAGS MATCHES "-fsanitize")
    message(STATUS "needlebook: ${name}_check and -fsanitize exclude each other")
  elseif(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    message(STATUS "needlebook: ${name}_check needs g++, whose calls it knows")
  else()
    add_library(${name}_check_kernels OBJECT ${kernels})
    set_target_properties(${name}_check_kernels PROPERTIES
      POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden)
    target_compile_options(${name}_check_kernels PRIVATE -Wno-unknown-pragmas -O0 -g
      -fsanitize=thread -fsanitize=bounds "-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=")
    needlebook_python_module(${name}_check ${bindings}
      $<TARGET_OBJECTS:${name}_check_kernels> $<TARGET_OBJECTS:simt_runtime>
      $<TARGET_OBJECTS:simt_check>)
  endif()
  needlebook_nvcc_module(${name} "${kernels}" "${bindings}")
endfunction()

# nvcc is slow, so what it made is kept under a hash of all that it read.
find_program(NEEDLEBOOK_NVCC nvcc HINTS /usr/local/cuda/bin $ENV{CUDA_HOME}/bin)
set(NEEDLEBOOK_CUDA_ARCHS "75;80;90" CACHE STRING "GPU architectures to compile for")
set(NEEDLEBOOK_NVCC_CACHE "" CACHE PATH "folder for what nvcc made")
if(NEEDLEBOOK_NVCC)
  get_filename_component(nvcc_home ${NEEDLEBOOK_NVCC} REALPATH)
  get_filename_component(nvcc_home ${nvcc_home} DIRECTORY)
  find_library(NEEDLEBOOK_CUDART cudart_static HINTS ${nvcc_home}/.. PATH_SUFFIXES
    lib64 lib targets/x86_64-linux/lib targets/sbsa-linux/lib)
  execute_process(COMMAND ${NEEDLEBOOK_NVCC} --version OUTPUT_VARIABLE nvcc_version)
  execute_process(COMMAND ${NEEDLEBOOK_NVCC} --list-gpu-arch OUTPUT_VARIABLE nvcc_archs)
endif()
if(NOT NEEDLEBOOK_NVCC OR NOT NEEDLEBOOK_CUDART)
  message(STATUS "needlebook: no nvcc found, kernels are built for the CPU only")
endif()

function(needlebook_nvcc_module name kernels bindings)
  if(NOT NEEDLEBOOK_NVCC OR NOT NEEDLEBOOK_CUDART OR CMAKE_CXX_FLAGS MATCHES "-fsan")
    return()
  endif()
  set(flags -O3 -std=c++17 -lineinfo -Xcompiler=-fPIC,-fvisibility=hidden)
  foreach(arch IN LISTS NEEDLEBOOK_CUDA_ARCHS)
    if(nvcc_archs MATCHES "compute_${arch}")
      list(APPEND flags -gencode arch=compute_${arch},code=sm_${arch})
      set(newest ${arch})
    endif()
  endforeach()
  if(NOT newest)
    message(STATUS "needlebook: this nvcc knows none of ${NEEDLEBOOK_CUDA_ARCHS}; "
      "choose others with NEEDLEBOOK_CUDA_ARCHS")
    return()
  endif()
  list(APPEND flags -gencode arch=compute_${newest},code=compute_${newest})
  set(cache ${NEEDLEBOOK_NVCC_CACHE})
  if(NOT cache)
    set(cache ${CMAKE_CURRENT_BINARY_DIR}/nvcc)
  endif()
  file(GLOB headers ${NEEDLEBOOK_CUDA_DIR}/*.cuh ${NEEDLEBOOK_CUDA_DIR}/*.hpp)
  foreach(kernel IN LISTS kernels)
    set(read "${nvcc_version}${flags}")
    foreach(file IN LISTS kernel headers)
      file(SHA256 ${file} hash)
      string(APPEND read ${hash})
    endforeach()
    string(SHA256 hash "${read}")
    get_filename_component(stem ${kernel} NAME_WE)
    set(object ${cache}/${stem}-${hash}.o)
    list(APPEND objects ${object})
    if(NOT EXISTS ${object})
      add_custom_command(OUTPUT ${object} DEPENDS ${kernel} VERBATIM
        COMMAND ${CMAKE_COMMAND} -E make_directory ${cache}
        COMMAND ${NEEDLEBOOK_NVCC} ${flags} -c ${kernel} -o ${object}.new
        COMMAND ${CMAKE_COMMAND} -E rename ${object}.new ${object})
    endif()
  endforeach()
  set_source_files_properties(${objects} PROPERTIES EXTERNAL_OBJECT ON)
  needlebook_python_module(${name} ${bindings} ${objects})
  target_compile_definitions(${name} PRIVATE NEEDLEBOOK_NVCC)
  target_link_libraries(${name} PRIVATE ${NEEDLEBOOK_CUDART} ${CMAKE_DL_LIBS} rt)
endfunction()
