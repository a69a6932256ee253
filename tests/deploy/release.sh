#!/usr/bin/env bash
# Packs a release of the image that was built last, signs it with a key of the moment, and checks what a hospital would: the
# signature, each file, what was changed, added or signed by another, and the way into a registry without internet.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
fail() { printf 'release: %s\n' "$1" >&2; exit 1; }
trap 'kill "${registry:-}" 2>/dev/null || true; rm -rf "$work"' EXIT

for name in ours theirs; do
  openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/$name.pem" 2>/dev/null
  openssl pkey -in "$work/$name.pem" -pubout -out "$work/$name.pub"
done
RELEASE_TRIAL=1 "$root/deploy/release" "$work/ours.pem" >"$work/files"
folder=$(echo "$root"/target/release-*)
"$root/deploy/verify-release" "$folder" "$work/ours.pub"

refused() { ! "$root/deploy/verify-release" "$1" "$2" >/dev/null 2>&1 || fail "a release is taken although $3"; }
refused "$folder" "$work/theirs.pub" "another has signed it"
spoilt() { rm -rf "$work/spoilt"; cp -r "$folder" "$work/spoilt"; }
spoilt; printf x >>"$work/spoilt/THIRD-PARTY-NOTICES.txt"; refused "$work/spoilt" "$work/ours.pub" "a file was changed"
spoilt; touch "$work/spoilt/more"; refused "$work/spoilt" "$work/ours.pub" "a file was added"
spoilt; rm "$work/spoilt/provenance.intoto.json"; refused "$work/spoilt" "$work/ours.pub" "a file is missing"
spoilt; printf x >>"$work/spoilt/provenance.intoto.json"; (cd "$work/spoilt" && sha256sum -- * >SHA256SUMS)
refused "$work/spoilt" "$work/ours.pub" "the checksums were written anew"

# A registry of Debian's, on a free port of this machine.
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
printf 'version: 0.1\nstorage: {filesystem: {rootdirectory: %s/registry}}\nhttp: {addr: "127.0.0.1:%s"}\n' "$work" "$port" >"$work/registry.yml"
docker-registry serve "$work/registry.yml" >"$work/registry.log" 2>&1 &
registry=$!
for ((tried = 0; tried < 50; tried++)); do
  python3 -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:$port/v2/')" 2>/dev/null && break
  sleep 0.1
done
"$folder/load-airgapped" "$folder" "127.0.0.1:$port/oncology" --plain-http >"$work/values"
digest=$(sed -n 's/^  digest: //p' "$work/values")
python3 - "http://127.0.0.1:$port/v2/oncology/pnet-cds/manifests/$digest" "$digest" <<'PULLED'
import hashlib, sys, urllib.request
wanted = "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json"
with urllib.request.urlopen(urllib.request.Request(sys.argv[1], headers={"Accept": wanted})) as answer:
    assert "sha256:" + hashlib.sha256(answer.read()).hexdigest() == sys.argv[2]
PULLED
printf 'release: %s files, signed, four kinds of spoilt ones refused; in a registry of its own as %s\n' "$(wc -l <"$work/files")" "$digest"
