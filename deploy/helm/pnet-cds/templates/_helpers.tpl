{{- define "pnet-cds.fullname" -}}
{{- if .Values.fullnameOverride }}{{ .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 52 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "pnet-cds.selector" -}}
app.kubernetes.io/name: pnet-cds
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "pnet-cds.labels" -}}
{{ include "pnet-cds.selector" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "pnet-cds.image" -}}
{{- $repository := required "image.repository: name where your cluster pulls the image from" .Values.image.repository }}
{{- with .Values.global.imageRegistry }}{{ trimSuffix "/" . }}/{{ end }}
{{- if .Values.image.digest }}{{ $repository }}@{{ .Values.image.digest }}
{{- else }}{{ $repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}

{{- define "pnet-cds.tlsSecret" -}}
{{- if .Values.certificate.enabled }}{{ include "pnet-cds.fullname" . }}-tls{{ else }}{{ .Values.tls.secret }}{{ end }}
{{- end }}

{{/* A ConfigMap's files by their keys, in which a path has `__` for `/`. */}}
{{- define "pnet-cds.files" -}}
{{- $root := index . 0 }}{{ $name := index . 1 }}{{ $files := dict }}
{{- if eq $name "settings" }}{{ $files = dict "pnet-cds.toml" $root.Values.settings }}
{{- else if eq $name "codes" }}{{ $files = $root.Values.codes.files }}
{{- else if eq $name "files" }}{{ $files = $root.Values.files }}
{{- else }}{{ range $path, $text := $root.Values.knowledge.files }}{{ $_ := set $files ($path | replace "/" "__") $text }}{{ end }}{{ end }}
{{- toYaml $files }}
{{- end }}

{{/* A ConfigMap's name, with a hash of what is in it: a change is another ConfigMap, and the older pods keep theirs. */}}
{{- define "pnet-cds.configMap" -}}
{{ include "pnet-cds.fullname" (index . 0) }}-{{ index . 1 }}-{{ include "pnet-cds.files" . | sha256sum | trunc 10 }}
{{- end }}

{{/* The claim of the store. */}}
{{- define "pnet-cds.storeClaim" -}}
{{ .Values.store.sqlite.existingClaim | default (printf "%s-store" (include "pnet-cds.fullname" .)) }}
{{- end }}

{{- define "pnet-cds.port" -}}
{{ .Values.service.port | default (ternary 443 80 (ne (include "pnet-cds.tlsSecret" .) "")) }}
{{- end }}

{{- define "pnet-cds.podSecurityContext" -}}
runAsNonRoot: true
seccompProfile:
  type: RuntimeDefault
fsGroupChangePolicy: OnRootMismatch
# fsGroup lets the process read mounted secrets and write its volumes.
{{- range $key, $id := .Values.podSecurityContext }}
{{- if not (kindIs "invalid" $id) }}
{{ $key }}: {{ int64 $id }}
{{- end }}
{{- end }}
{{- end }}

{{- define "pnet-cds.account" -}}
{{ .Values.serviceAccount.name | default (include "pnet-cds.fullname" .) }}
{{- end }}

{{/* Where PostgreSQL is, without user and password, which the library takes from its variables. */}}
{{- define "pnet-cds.postgres" -}}
{{- with .Values.store.postgres -}}
postgres://{{ .host }}:{{ .port }}/{{ .database }}?sslmode={{ .sslmode }}
{{- if .caSecret }}&sslrootcert=/etc/pnet-cds/store-ca/ca.crt{{ end }}
{{- if .clientSecret }}&sslcert=/etc/pnet-cds/store-client/tls.crt&sslkey=/etc/pnet-cds/store-client/tls.key{{ end }}
{{- end }}
{{- end }}

{{/* A quantity of memory in bytes. */}}
{{- define "pnet-cds.bytes" -}}
{{- $units := dict "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "k" 1000 "M" 1000000 "G" 1000000000 }}
{{- $unit := regexFind "[A-Za-z]+$" (toString .) }}
{{- mulf (float64 (trimSuffix $unit (toString .))) (get $units $unit | default 1) | int64 }}
{{- end }}

{{/* What cannot hold together. */}}
{{- define "pnet-cds.check" -}}
{{- if and (ne .Values.store.kind "postgres") (or (gt (int .Values.replicas) 1) .Values.autoscaling.enabled) }}
{{- fail "store.kind: several pods need `postgres`, or each would have a store of its own" }}
{{- end }}
{{- if le (int .Values.terminationGracePeriodSeconds) (add .Values.preStopSeconds .Values.drainSeconds 15 | int) }}
{{- fail "terminationGracePeriodSeconds: must be more than preStopSeconds + drainSeconds + 15" }}
{{- end }}
{{- if and .Values.autoscaling.enabled (gt (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas)) }}
{{- fail "autoscaling.minReplicas: must not be more than maxReplicas" }}
{{- end }}
{{- if and .Values.backup.enabled (ne .Values.store.kind "sqlite") }}
{{- fail "backup.enabled: for `store.kind: sqlite`; PostgreSQL is backed up by its own means" }}
{{- end }}
{{- $toml := fromToml .Values.settings }}
{{- if hasKey $toml "Error" }}{{ fail (printf "settings: not TOML: %s" $toml.Error) }}{{ end }}
{{- $memory := .Values.resources }}
{{- if gt (include "pnet-cds.bytes" $memory.requests.memory | int64) (include "pnet-cds.bytes" $memory.limits.memory | int64) }}
{{- fail "resources.requests.memory: must not be more than resources.limits.memory" }}
{{- end }}
{{- if and .Values.networkPolicy.enabled .Values.serviceMonitor.enabled (not .Values.networkPolicy.monitoringFrom) }}
{{- fail "networkPolicy.monitoringFrom: with serviceMonitor.enabled name who may read metrics, or none arrive" }}
{{- end }}
{{- if and .Values.networkPolicy.enabled (eq .Values.store.kind "postgres") (not .Values.networkPolicy.egress) }}
{{- fail "networkPolicy.egress: with `store.kind: postgres` name the database, or no pod reaches it" }}
{{- end }}
{{- $audit := dig "audit" dict $toml }}
{{- if and .Values.networkPolicy.enabled (not .Values.networkPolicy.egress) (or (dig "atna" "url" "" $audit) (dig "syslog" "address" "" $audit)) }}
{{- fail "networkPolicy.egress: with audit.atna.url or audit.syslog.address name who gets audit records, or none arrive" }}
{{- end }}
{{- with .Values.store.postgres }}
{{- if and .host .secret }}{{ fail "store.postgres.host: the Secret of store.postgres.secret has the whole address; set one of both" }}{{ end }}
{{- if and .host (not .userSecret) }}{{ fail "store.postgres.userSecret: name the Secret with the user of store.postgres.host" }}{{ end }}
{{- end }}
{{- range $one := list "ca" "jwks" }}
{{- $from := get $.Values $one }}
{{- if and $from.configMap $from.secret }}{{ fail (printf "%s: name a ConfigMap or a Secret, not both" $one) }}{{ end }}
{{- end }}
{{- if and (not .Values.serviceAccount.create) (not .Values.serviceAccount.name) }}
{{- fail "serviceAccount.name: with `create: false` name one of yours" }}
{{- end }}
{{- if regexMatch "postgres(ql)?://\\S*[?&]password=" .Values.settings }}
{{- fail "settings: a password must not stand there; put the address into the Secret that store.postgres.secret names" }}
{{- end }}
{{- if regexMatch "postgres(ql)?://[^/@\\s]*:[^/@\\s]+@" .Values.settings }}
{{- fail "settings: a password must not stand there; put the address into the Secret that store.postgres.secret names" }}
{{- end }}
{{- $names := list }}
{{- range .Values.env }}
{{- if has .name $names }}{{ fail (printf "env: %s stands twice" .name) }}{{ end }}
{{- $names = append $names .name }}
{{- end }}
{{- if and .Values.audit.volume.enabled (has "PNET_CDS_AUDIT__SINK" $names) }}
{{- fail "env: PNET_CDS_AUDIT__SINK is the chart's where audit.volume.enabled is true" }}
{{- end }}
{{- if and .Values.audit.volume.enabled (has "PNET_CDS_AUDIT__SPOOL__DIR" $names) }}
{{- fail "env: PNET_CDS_AUDIT__SPOOL__DIR is the chart's where audit.volume.enabled is true" }}
{{- end }}
{{- if and .Values.certificate.enabled .Values.tls.secret }}
{{- fail "tls.secret: with certificate.enabled the secret is cert-manager's; leave it empty" }}
{{- end }}
{{- end }}

{{/* An address as the settings write it: IPv6 in brackets. */}}
{{- define "pnet-cds.address" -}}
{{- $ip := index . 0 }}{{ $port := index . 1 }}
{{- if contains ":" $ip }}{{ printf "[%s]:%v" $ip $port | quote }}{{ else }}{{ printf "%s:%v" $ip $port | quote }}{{ end }}
{{- end }}
