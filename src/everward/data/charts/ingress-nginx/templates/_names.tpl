{{- define "name" }}{{ .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" }}{{ end }}

{{- define "fullname" }}
  {{- $own := .Values.nameOverride | default .Chart.Name }}
  {{- if .Values.fullnameOverride }}
    {{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
  {{- else if contains $own .Release.Name }}
    {{- .Release.Name | trunc 63 | trimSuffix "-" }}
  {{- else }}
    {{- print .Release.Name "-" $own | trunc 63 | trimSuffix "-" }}
  {{- end }}
{{- end }}

{{- define "controller" }}{{ print (include "fullname" .) "-" .Values.controller.name | trunc 63 | trimSuffix "-" }}{{ end }}

{{- define "namespace" }}{{ .Values.namespaceOverride | default .Release.Namespace }}{{ end }}

{{- /* One port. Takes name, port, target, application and node port. */}}
{{- define "port" }}
- name: {{ .name }}
  port: {{ .port }}
  protocol: {{ .protocol | default "TCP" }}
  targetPort: {{ .target }}
  {{- with .application }}
  appProtocol: {{ . }}
  {{- end }}
  {{- with .node }}
  nodePort: {{ . }}
  {{- end }}
{{- end }}

{{- /* The ports of a service. Takes the values of the service, those for its ports, and the root. */}}
{{- define "ports" }}
  {{- $own := .service }}
  {{- $root := .root }}
  {{- $named := eq .type "NodePort" | or (eq .type "LoadBalancer") }}
  {{- if .switches.enableHttp }}
    {{- include "port" (dict "name" "http" "port" .ports.http "target" .targets.http
        "application" (ternary "http" "" $own.appProtocol) "node" (ternary $own.nodePorts.http "" $named)) }}
  {{- end }}
  {{- if .switches.enableHttps }}
    {{- include "port" (dict "name" "https" "port" .ports.https "target" .targets.https
        "application" (ternary "https" "" $own.appProtocol) "node" (ternary $own.nodePorts.https "" $named)) }}
  {{- end }}
  {{- range $protocol := list "tcp" "udp" }}
    {{- range $port, $_ := index $root.Values $protocol }}
      {{- $name := print $port "-" $protocol }}
      {{- if $root.Values.portNamePrefix }}{{ $name = print $root.Values.portNamePrefix "-" $name }}{{ end }}
      {{- include "port" (dict "name" $name "port" $port "protocol" (upper $protocol) "target" $name
          "node" (index (index $own.nodePorts $protocol | default dict) $port)) }}
    {{- end }}
  {{- end }}
{{- end }}

{{- define "selector" }}
app.kubernetes.io/name: {{ include "name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: controller
{{- end }}
