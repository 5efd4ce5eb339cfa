@echo off
rem Sets JAVA_HOME to the JDK that Graft is built with and runs on; where there is none, says what to install.
rem
rem The same as find-jdk, for Windows; keep the two alike. A JDK fits if it has a compiler, its file
rem `release` says JAVA_VERSION 25.0.3 or newer, and lists the vector module (a file without a list is
rem believed). JAVA_HOME wins, then java on the PATH, if they fit; then, among the folders where
rem JDKs usually lie, the newest 25, else the newest of all.
rem GRAFT_JDK_ROOTS=FOLDER looks in the subfolders of this one instead of the usual ones.
setlocal EnableDelayedExpansion
set "BEST="
set "BEST_RANK=0"

if defined JAVA_HOME call :consider "%JAVA_HOME%"
if defined BEST goto found
for %%J in (java.exe) do set "ON_PATH=%%~dp$PATH:J"
if defined ON_PATH for %%D in ("%ON_PATH%..") do call :consider "%%~fD"
if defined BEST goto found

if defined GRAFT_JDK_ROOTS (
  call :consider_children "%GRAFT_JDK_ROOTS%"
) else (
  for %%P in ("%ProgramFiles%" "%LocalAppData%\Programs") do (
    for %%V in ("Eclipse Adoptium" Java Microsoft "Amazon Corretto" Zulu BellSoft) do call :consider_children "%%~P\%%~V"
  )
  for %%R in (.jdks .gradle\jdks .jabba\jdk scoop\apps) do call :consider_children "%UserProfile%\%%R"
)
if defined BEST goto found

>&2 echo Graft needs a JDK 25.0.3 or newer (a full JDK, with compiler and vector module), and there is none here.
>&2 echo   Install Temurin 25, for instance:
>&2 echo     winget install EclipseAdoptium.Temurin.25.JDK
>&2 echo     or unpack the archive from adoptium.net and set JAVA_HOME to its folder
>&2 echo   Any other build of OpenJDK 25 will do. 25.0.0 to 25.0.2 will not: under the default garbage collector
>&2 echo   they can corrupt arrays that native code shares (JDK-8377811), which 25.0.3 mends.
endlocal
exit /b 1

:found
endlocal & set "JAVA_HOME=%BEST%"
exit /b 0

:consider_children
if not exist "%~1\" exit /b 0
pushd "%~1"
for /d %%C in (*) do (
  call :consider "%%~fC"
  call :consider "%%~fC\current"
)
popd
exit /b 0

:consider
if not exist "%~1\release" exit /b 0
if not exist "%~1\bin\javac.exe" exit /b 0
set "VERSION="
set "MODULES="
for /f "usebackq tokens=1* delims==" %%A in ("%~1\release") do (
  if "%%A"=="JAVA_VERSION" set "VERSION=%%~B"
  if "%%A"=="MODULES" set "MODULES=%%~B"
)
if not defined VERSION exit /b 0
if defined MODULES if "%MODULES:jdk.incubator.vector=%"=="%MODULES%" exit /b 0
set "RANK=0"
for /f "tokens=1-3 delims=.-+_" %%A in ("%VERSION%") do (
  set "MINOR=%%B"
  set "PATCH=%%C"
  if not defined MINOR set "MINOR=0"
  if not defined PATCH set "PATCH=0"
  set /a "RANK=%%A * 1000000 + MINOR * 1000 + PATCH"
  if !RANK! LSS 25000003 exit /b 0
  if "%%A"=="25" set /a "RANK=RANK + 1000000000"
)
if !RANK! GTR !BEST_RANK! (
  set "BEST=%~1"
  set "BEST_RANK=!RANK!"
)
exit /b 0
