# sam_embed(TARGET FOLDER): the files below FOLDER as sam::embedded_page() (src/server/embedded_page.h) inside TARGET. The assembler
# includes them (.incbin), which takes no time however large they are. A changed, new or removed file rebuilds one source.
function(sam_embed target folder)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${folder} ${folder}/*)
  set(symbols "")
  set(rows "")
  set(inputs "")
  set(index 0)
  foreach(file IN LISTS files)
    set(name "sam_embedded_${index}")
    string(APPEND symbols
      "asm(\".pushsection .rodata\\n\"\n    \".balign 16\\n\"\n    \"${name}:\\n\"\n    \".incbin \\\"${folder}/${file}\\\"\\n\"\n"
      "    \"${name}_end:\\n\"\n    \".byte 0\\n\"\n    \".popsection\\n\");\n"
      "extern \"C\" __attribute__((visibility(\"hidden\"))) const char ${name}[];\n"
      "extern \"C\" __attribute__((visibility(\"hidden\"))) const char ${name}_end[];\n")
    string(APPEND rows "      {\"${file}\", {${name}, static_cast<std::size_t>(${name}_end - ${name})}},\n")
    list(APPEND inputs ${folder}/${file})
    math(EXPR index "${index} + 1")
  endforeach()
  set(SAM_EMBEDDED_SYMBOLS "${symbols}")
  if(index EQUAL 0)
    set(SAM_EMBEDDED_BODY "  return {};\n")
  else()
    set(SAM_EMBEDDED_BODY "  static const EmbeddedFile files[] = {\n${rows}  };\n  return files;\n")
  endif()
  set(source ${CMAKE_CURRENT_BINARY_DIR}/embedded_page.cpp)
  configure_file(${CMAKE_SOURCE_DIR}/cmake/embedded_page.cpp.in ${source} @ONLY)
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS "${inputs}")
  target_sources(${target} PRIVATE ${source})
endfunction()
