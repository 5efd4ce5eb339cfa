#!/bin/sh
# Collects the fonts that the demo's trunk was trained on into a folder: Debian packages, unpacked
# but not installed. Handwriting, script and rounded faces first, then plain ones. Usage:
#   fetch-fonts.sh FOLDER        (on Debian 12; about 150 MB)
set -eu
out=${1:?usage: fetch-fonts.sh FOLDER}
mkdir -p "$out"
out=$(cd "$out" && pwd -P)
packages='
  fonts-breip fonts-comic-neue fonts-dancingscript fonts-dkg-handwriting fonts-ecolier-court
  fonts-engadget fonts-georgewilliams fonts-havana fonts-isabella fonts-joscelyn
  fonts-kaushanscript fonts-kiloji fonts-klee fonts-kristi fonts-leckerli-one
  fonts-levien-typoscript fonts-lobster fonts-lobstertwo fonts-okolaks fonts-radisnoir
  fonts-rufscript fonts-seto fonts-sjfonts fonts-smc-chilanka fonts-staypuft fonts-stick
  fonts-summersby fonts-tlwg-purisa-otf fonts-tomsontalks fonts-yusei-magic
  fonts-averia-sans-gwf fonts-comfortaa fonts-dejavu-core fonts-lato fonts-monofur
  fonts-opendyslexic fonts-osifont fonts-quicksand fonts-routed-gothic fonts-sil-andika
  fonts-texgyre
'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for package in $packages; do
  apt-get download -qq "$package"
  dpkg -x "$package"_*.deb "$out"
done
