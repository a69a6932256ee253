{{/* What is mounted from ConfigMaps and Secrets that are not the chart's. */}}
{{- define "pnet-cds.readMounts" -}}
{{- $postgres := and (eq .Values.store.kind "postgres") .Values.store.postgres.host }}
{{- if or .Values.ca.configMap .Values.ca.secret }}
- name: ca
  mountPath: /etc/pnet-cds/ca
  readOnly: true
{{- end }}
{{- if or .Values.jwks.configMap .Values.jwks.secret }}
- name: jwks
  mountPath: /etc/pnet-cds/jwks
  readOnly: true
{{- end }}
{{- if .Values.audit.clientSecret }}
- name: audit-client
  mountPath: /etc/pnet-cds/audit-client
  readOnly: true
{{- end }}
{{- if and $postgres .Values.store.postgres.caSecret }}
- name: store-ca
  mountPath: /etc/pnet-cds/store-ca
  readOnly: true
{{- end }}
{{- if and $postgres .Values.store.postgres.clientSecret }}
- name: store-client
  mountPath: /etc/pnet-cds/store-client
  readOnly: true
{{- end }}
{{- end }}

{{- define "pnet-cds.readVolumes" -}}
{{- $postgres := and (eq .Values.store.kind "postgres") .Values.store.postgres.host }}
{{- range $name := list "ca" "jwks" }}
{{- $from := get $.Values $name }}
{{- if or $from.configMap $from.secret }}
- name: {{ $name }}
  {{- if $from.configMap }}
  configMap:
    name: {{ $from.configMap }}
  {{- else }}
  secret:
    secretName: {{ $from.secret }}
    defaultMode: 0440
  {{- end }}
  {{- if eq $name "ca" }}
    items:
      - key: {{ $from.key }}
        path: ca.pem
  {{- end }}
{{- end }}
{{- end }}
{{- if .Values.audit.clientSecret }}
- name: audit-client
  secret:
    secretName: {{ .Values.audit.clientSecret }}
    defaultMode: 0440
{{- end }}
{{- if and $postgres .Values.store.postgres.caSecret }}
- name: store-ca
  secret:
    secretName: {{ .Values.store.postgres.caSecret }}
    defaultMode: 0440
{{- end }}
{{- if and $postgres .Values.store.postgres.clientSecret }}
- name: store-client
  secret:
    secretName: {{ .Values.store.postgres.clientSecret }}
    defaultMode: 0440
{{- end }}
{{- end }}

{{/* The database by its host: user and password are variables of PostgreSQL's own clients, so that nothing has to be encoded. */}}
{{- define "pnet-cds.postgresEnv" -}}
- name: PNET_CDS_STORE__URL
  value: {{ include "pnet-cds.postgres" . | quote }}
- name: PGUSER
  valueFrom:
    secretKeyRef:
      name: {{ .Values.store.postgres.userSecret }}
      key: {{ .Values.store.postgres.userKey }}
{{- if or .Values.store.postgres.passwordSecret (not .Values.store.postgres.clientSecret) }}
- name: PGPASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ .Values.store.postgres.passwordSecret | default .Values.store.postgres.userSecret }}
      key: {{ .Values.store.postgres.passwordKey }}
{{- end }}
{{- end }}

{{/* Where names are looked up; then all that may be reached. */}}
{{- define "pnet-cds.names" -}}
# Names are looked up in the cluster.
- to: {{- toYaml .Values.networkPolicy.dns.peers | nindent 4 }}
  ports:
    {{- range .Values.networkPolicy.dns.ports }}
    - port: {{ . }}
      protocol: UDP
    - port: {{ . }}
      protocol: TCP
    {{- end }}
{{- end }}

{{- define "pnet-cds.egress" -}}
{{ include "pnet-cds.names" . }}
{{ with .Values.networkPolicy.egress }}{{ toYaml . }}{{ end }}
{{- end }}
