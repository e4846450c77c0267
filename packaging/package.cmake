# Debian packages by CPack: `ballast-cli` (programs and libraries without Qt) and `ballast` (the window).
# packaging/release.sh sets BALLAST_PACKAGE and calls cpack.

set(pages ${CMAKE_BINARY_DIR}/pages)
file(MAKE_DIRECTORY ${pages})
find_program(GZIP gzip REQUIRED)

# Defaults that --help shows are those of the machine; a page says where they are on any.
set(anywhere ${CMAKE_COMMAND} -E env XDG_DATA_HOME=~/.local/share QT_QPA_PLATFORM=offscreen LC_ALL=C.UTF-8)
set(packaged "")
function(page file target)
  add_custom_command(OUTPUT ${pages}/${file} COMMAND ${anywhere} ${ARGN} > ${pages}/${file}
                     DEPENDS ${target} VERBATIM)
  set(packaged ${packaged} ${pages}/${file} PARENT_SCOPE)
endfunction()
function(compressed file)
  add_custom_command(OUTPUT ${pages}/${file}.gz COMMAND ${GZIP} -9nkf ${pages}/${file}
                     DEPENDS ${pages}/${file} VERBATIM)
  set(packaged ${packaged} ${pages}/${file}.gz PARENT_SCOPE)
endfunction()

page(ballast-cli.1 ballast-cli $<TARGET_FILE:ballast-cli> man-page)
page(ballast-cli.bash ballast-cli $<TARGET_FILE:ballast-cli> completion bash)
page(_ballast-cli ballast-cli $<TARGET_FILE:ballast-cli> completion zsh)
page(ballast-cli.fish ballast-cli $<TARGET_FILE:ballast-cli> completion fish)
page(ballast.1 ballast ${CMAKE_SOURCE_DIR}/packaging/man_page.sh $<TARGET_FILE:ballast>)
compressed(ballast-cli.1)
compressed(ballast.1)
add_custom_target(pages ALL DEPENDS ${packaged})

install(FILES ${pages}/ballast-cli.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT cli)
install(FILES ${pages}/ballast.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT desktop)
install(FILES ${CMAKE_SOURCE_DIR}/packaging/debian/ballast.lintian-overrides RENAME ballast
        DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides COMPONENT desktop)
install(FILES ${pages}/ballast-cli.bash RENAME ballast-cli
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT cli)
install(FILES ${pages}/_ballast-cli
        DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT cli)
install(FILES ${pages}/ballast-cli.fish
        DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT cli)

# The changelog in Debian's form, from CHANGELOG.md's newest version.
set(CPACK_DEBIAN_PACKAGE_RELEASE 1 CACHE STRING "After the version: 1~deb12 sorts before 1~deb13")
configure_file(${CMAKE_SOURCE_DIR}/packaging/debian/changelog.in ${pages}/changelog.Debian @ONLY)
compressed(changelog.Debian)
configure_file(${CMAKE_SOURCE_DIR}/CHANGELOG.md ${pages}/changelog COPYONLY)
compressed(changelog)
add_custom_target(changelogs ALL DEPENDS ${packaged})
foreach(component cli desktop)
  if(component STREQUAL cli)
    set(package ballast-cli)
  else()
    set(package ballast)
  endif()
  install(FILES ${CMAKE_SOURCE_DIR}/packaging/debian/copyright ${pages}/changelog.Debian.gz
          ${pages}/changelog.gz
          DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${component})
endforeach()
install(DIRECTORY ${CMAKE_SOURCE_DIR}/experiments/ DESTINATION ${CMAKE_INSTALL_DATADIR}/ballast/experiments
        COMPONENT cli FILES_MATCHING PATTERN "*.json" PATTERN results EXCLUDE)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME ballast)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "laboratory for imbalanced learning")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL cli desktop)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER ${BALLAST_PACKAGER})
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_LIBRARY_OUTPUT_DIRECTORY})
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_CLI_PACKAGE_NAME ballast-cli)
set(CPACK_DEBIAN_CLI_DESCRIPTION "Ballast trains image classifiers on long-tailed data: data sets with a few
large classes and many small ones. Each class has a weight, a logit scale and
a logit shift, which change in phases, as in deferred re-weighting. Sweeps of
runs share what they have in common, stop and resume bit for bit, and end in
figures and tables for papers.
.
This package holds the command line and the libraries.")
set(CPACK_DEBIAN_CLI_PACKAGE_RECOMMENDS dataset-fashion-mnist)
set(CPACK_DEBIAN_CLI_PACKAGE_SUGGESTS "ballast, npm, slurm-client")
set(CPACK_DEBIAN_DESKTOP_PACKAGE_NAME ballast)
set(CPACK_DEBIAN_DESKTOP_DESCRIPTION "Ballast trains image classifiers on long-tailed data: data sets with a few
large classes and many small ones. Each class has a weight, a logit scale and
a logit shift, which change in phases, as in deferred re-weighting.
.
This package holds the window: experiments and sweeps by form, runs watched
live, comparisons over seeds, the paper's bound factor by factor, and figures
and tables for papers.")
set(CPACK_DEBIAN_DESKTOP_PACKAGE_DEPENDS
    "ballast-cli (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})")
set(CPACK_DEBIAN_DESKTOP_PACKAGE_RECOMMENDS "fonts-inter, fonts-dejavu-core")
include(CPack)
