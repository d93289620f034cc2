# Downloads Debian's Redis server and unpacks it into the folder $1, without root and without installing anything.
# apt checks the signatures. It keeps its lists and packages below the folder, because those of the system may be empty
# and belong to root. Only what the system lacks is downloaded; redis-tools has the binary that redis-server links to.
set -eu

# Another test file may have unpacked it while this one waited for the lock.
if [ -e "$1/usr/bin/redis-server" ]; then exit 0; fi

work=$1.new
rm -rf "$1" "$work"
mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/root"
apt() {
  apt-get -qq -o Dir::State::Lists="$work/lists" -o Dir::Cache="$work" -o Debug::NoLocking=true \
    -o APT::Sandbox::User="$(id -un)" -o Acquire::Retries=1 -o Acquire::http::Timeout=10 "$@"
}
apt update
apt install --download-only --yes --reinstall --no-install-recommends redis-server redis-tools
for package in "$work"/archives/*.deb; do dpkg -x "$package" "$work/root"; done
mv "$work/root" "$1"
rm -rf "$work"
