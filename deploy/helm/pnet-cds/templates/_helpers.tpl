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
{{- end }}

{{- define "pnet-cds.image" -}}
{{- $repository := required "image.repository: name where your cluster pulls the image from" .Values.image.repository }}
{{- if .Values.image.digest }}{{ $repository }}@{{ .Values.image.digest }}
{{- else }}{{ $repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}

{{- define "pnet-cds.tlsSecret" -}}
{{- if .Values.certificate.enabled }}{{ include "pnet-cds.fullname" . }}-tls{{ else }}{{ .Values.tls.secret }}{{ end }}
{{- end }}

{{/* What cannot hold together. */}}
{{- define "pnet-cds.check" -}}
{{- if and (ne .Values.store.kind "postgres") (or (gt (int .Values.replicas) 1) .Values.autoscaling.enabled) }}
{{- fail "store.kind: several pods need `postgres`, or each would have a store of its own" }}
{{- end }}
{{- if le (int .Values.terminationGracePeriodSeconds) (add .Values.preStopSeconds .Values.drainSeconds 15 | int) }}
{{- fail "terminationGracePeriodSeconds: must be more than preStopSeconds + drainSeconds + 15" }}
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
