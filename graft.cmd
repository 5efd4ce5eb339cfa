@echo off
rem The command graft: finds a fitting JDK, builds the executable jar where it is absent, and starts it.
rem   GRAFT_JAVA_OPTS   more flags for the JVM, such as -Xmx12g
setlocal
call "%~dp0bin\find-jdk.cmd"
if errorlevel 1 exit /b 1
set "JAR=%~dp0transfer\target\graft.jar"
if not exist "%JAR%" (
  >&2 echo graft: building the executable jar ^(a minute the first time^)
  pushd "%~dp0"
  call mvnw.cmd -q -B -Dmaven.test.skip=true -pl transfer -am package 1>&2
  popd
)
if not exist "%JAR%" exit /b 1
"%JAVA_HOME%\bin\java.exe" --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED %GRAFT_JAVA_OPTS% -jar "%JAR%" %*
