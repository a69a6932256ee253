#!/usr/bin/env bash
# Builds the image and asks it as a cluster would run it: read-only, without capabilities, in 128 MB, its memory and its uid
# as the kernel sees them. Prints figures; the answer goes to .ci/out/deploy/hook.json.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
built=$root/target/deploy/image
out=$root/.ci/out/deploy
fail() { printf 'image: %s\n' "$1" >&2; exit 1; }
name=localhost/pnet-cds:check
# What a machine in a container itself can do: no systemd, no overlay, cgroups of the old kind.
podman=(podman --storage-driver vfs --cgroup-manager cgroupfs --events-backend file --runtime runc)

"$root/deploy/build-image" "$name" | tee "$out/build.log"
id=$(cat "$built/id")
size=$("${podman[@]}" image inspect "$name" --format '{{.Size}}')
packed=$(stat -c %s "$built/pnet-cds.oci.tar")
[ "$size" -lt 25000000 ] || fail "the image has $size bytes"
grep -q '"bomFormat": *"CycloneDX"' "$built/sbom.cdx.json" || fail "there is no bill of materials"
cp "$built/sbom.cdx.json" "$out/"

started=$("${podman[@]}" run --detach --network host --read-only --cap-drop all --security-opt no-new-privileges \
  --ulimit nofile=20000:20000 --ulimit nproc=4096:4096 --memory 128m \
  --env PNET_CDS_SERVER__LISTEN=127.0.0.1:0 --env PNET_CDS_SERVER__MANAGEMENT_LISTEN=127.0.0.1:0 \
  --env PNET_CDS_DEMO__ENABLED=true --env TZ=Pacific/Kiritimati "$name")
trap '"${podman[@]}" rm --force --time 5 "$started" >/dev/null' EXIT
for ((tried = 0; tried < 100; tried++)); do
  "${podman[@]}" logs "$started" >"$out/container.log" 2>&1
  grep -q '^try: curl' "$out/container.log" && break
  sleep 0.2
done
call=$(sed -n 's/^try: curl/curl --fail-with-body --max-time 30/p' "$out/container.log")
[ -n "$call" ] || { cat "$out/container.log" >&2; fail "the container does not start"; }
bash -c "$call" >"$out/hook.json" || fail "the hook is not answered"
cards=$(python3 -c 'import json, sys; print(len(json.load(open(sys.argv[1]))["cards"]))' "$out/hook.json")
[ "$cards" -gt 0 ] || fail "the hook answered without a card"

pid=$("${podman[@]}" inspect "$started" --format '{{.State.Pid}}')
seen() { awk -v key="$1:" '$1 == key { print $2 }' "/proc/$pid/status"; }
[ "$(seen Uid)/$(seen CapEff)/$(seen NoNewPrivs)/$(seen Seccomp)" = 65532/0000000000000000/1/2 ] \
  || fail "it runs as $(seen Uid), with $(seen CapEff), $(seen NoNewPrivs) and $(seen Seccomp)"
today=$(TZ=Pacific/Kiritimati date +%F)
grep -q "evaluated $today" "$out/hook.json" || fail "the time zone is not known: no \"evaluated $today\""
memory=$(seen VmHWM)
"${podman[@]}" stop --time 20 "$started" >/dev/null
code=$("${podman[@]}" inspect "$started" --format '{{.State.ExitCode}}')
[ "$code" = 0 ] || fail "it ended with $code"
printf 'image: %s, %s bytes (%s packed), %s components; %s cards from uid 65532, no capability, read-only, %s kB at most\n' \
  "$id" "$size" "$packed" \
  "$(python3 -c 'import json, sys; print(len(json.load(open(sys.argv[1]))["components"]))' "$built/sbom.cdx.json")" "$cards" "$memory"
