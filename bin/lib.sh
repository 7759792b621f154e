# shellcheck shell=bash
# What the commands in this folder share: speaking, and installing what is missing.

# Everything that is said goes to stderr, so that stdout is free for what was asked for.
say() { printf '%s\n' "$*" >&2; }

# One sentence with the remedy, and the exit code of a wrong start.
give_up() {
    say "$*"
    exit 2
}

has() { command -v "$1" >/dev/null 2>&1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif has sudo; then
        sudo "$@"
    else
        say "This needs root: run it as root, or install sudo."
        return 1
    fi
}

# install PACKAGE…: from the distribution, with what is installed said aloud.
install() {
    [ $# -gt 0 ] || return 0
    if ! has apt-get; then
        say "Missing here: $*. Install them with the package manager of this system."
        return 1
    fi
    say "Installing $*"
    if [ -z "${apt_is_fresh:-}" ]; then
        as_root apt-get update -qq >&2 || return 1
        apt_is_fresh=yes
    fi
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@" >&2
}

# The one toolchain that the project is built with.
wanted_rust() { sed -n 's/^channel *= *"\(.*\)"/\1/p' rust-toolchain.toml; }

# rustup reads rust-toolchain.toml by itself; a cargo without rustup must be new enough.
rust_is_here() {
    has cargo || return 1
    has rustup && return 0
    local here
    here=$(cargo --version | cut -d ' ' -f 2)
    [ "$(printf '%s\n' "$(wanted_rust)" "$here" | sort -V | head -n 1)" = "$(wanted_rust)" ]
}

# install_rust: a C compiler, and Rust by rustup where there is none that will do.
install_rust() {
    export PATH="$PATH:${CARGO_HOME:-$HOME/.cargo}/bin"
    local missing=()
    has cc || missing+=(gcc libc6-dev)
    rust_is_here || has curl || missing+=(curl ca-certificates)
    install "${missing[@]}" || give_up "A C compiler is needed: install gcc and libc6-dev."
    rust_is_here && return 0
    say "Installing Rust $(wanted_rust) by rustup"
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs |
        sh -s -- -y --profile minimal --default-toolchain none --no-modify-path >&2 ||
        give_up "Rust could not be installed: see https://rustup.rs, then run this again."
    # Before an older cargo of the distribution.
    export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
}
