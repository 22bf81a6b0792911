"""Records what Helm makes of expressions: `python -m tests.sources.manifests.helm.record HELM`.

Writes `recorded.json` beside this file; the tests compare our reading with it and need no Helm.
"""

# ruff: noqa: E501 - expressions read best on one line

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

RECORDED: Final = Path(__file__).with_name("recorded.json")
VERSION: Final = "1.31.0"

VALUES: Final = """
a: 1
big: 1000000
part: 1.5
text: Hello
empty: ""
none: null
yes: true
no: false
list: [b, a, c]
numbers: [3, 1, 2]
map: {z: 1, a: {b: [x, {c: d}]}}
multi: "one\\ntwo\\n"
long: "word word word word word word word word word word word word word word word word word word word word word word"
odd: ["yes", "1", "null", "- a", "a: b", "#x", "*a", "é", "it's", " a", ""]
image: {repository: nginx, tag: ""}
nested: '{{ .Values.text }}-{{ .Release.Name }}'
json: '{"a": [1, {"b": null}]}'
yaml: "a: [1, {b: no}]"
"""

HELPERS: Final = """
{{- define "name" -}}{{ .Release.Name }}-{{ .Chart.Name | trunc 5 }}{{- end -}}
{{- define "labels" }}
app: {{ include "name" . }}
chart: "{{ .Chart.Name }}-{{ .Chart.Version }}"
{{- end }}
{{- define "args" -}}{{ .first }}+{{ .second.Values.text }}{{- end -}}
"""

EXPRESSIONS: Final = tuple(
    line
    for line in r"""
{{ .Values.a }} {{ .Values.big }} {{ .Values.part }} {{ .Values.none }} {{ .Values.missing }} {{ .Values.list }} {{ .Values.map }}
{{ .Release.Name }} {{ .Release.Namespace }} {{ .Release.Service }} {{ .Chart.Name }} {{ .Chart.Version }} {{ .Chart.AppVersion }}
{{ .Template.Name }} {{ .Template.BasePath }}
{{ if .Values.yes }}yes{{ else }}no{{ end }}{{ if .Values.empty }}x{{ else if .Values.none }}y{{ else if .Values.a }}z{{ end }}
{{ with .Values.map }}{{ .z }}{{ $.Values.text }}{{ end }}{{ with .Values.none }}x{{ else }}none{{ end }}
{{ range .Values.list }}<{{ . }}>{{ end }}{{ range $i, $x := .Values.list }}{{ $i }}={{ $x }};{{ end }}{{ range .Values.none }}x{{ else }}-{{ end }}
{{ range $k, $v := .Values.map }}{{ $k }}:{{ kindOf $v }} {{ end }}{{ range until 3 }}{{ . }}{{ end }}{{ range 2 }}{{ . }}{{ end }}
{{ range .Values.list }}{{ if eq . "a" }}{{ continue }}{{ end }}{{ . }}{{ if eq . "a" "c" }}{{ break }}{{ end }}{{ end }}
{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $y := 3 }}{{ $x }}{{ $y }}{{ end }}{{ $x }}
a {{- /* comment */ -}} b {{ "x" -}}  c  {{- "y" }}
{{ include "name" . }} {{ template "name" . }} {{ include "labels" . | nindent 2 | trim }} {{ include "args" (dict "first" 1 "second" .) }}
{{ tpl .Values.nested . }} {{ tpl "plain" . }}
{{ (.Values.missing).deeper }}-{{ $m := .Values.missing }}{{ $m.deeper }}-{{ (.Values.map.a).b }}
{{ .Values.missing.deeper }}
{{ .Values.text.deeper }}
{{ not .Values.yes }} {{ and .Values.a .Values.empty }} {{ or .Values.empty .Values.text }}
{{ eq .Values.text "Hello" }} {{ ne .Values.text "x" }} {{ eq .Values.none .Values.missing }} {{ lt 1 2 }} {{ ge "b" "a" }} {{ gt 1.5 1.0 }}
{{ eq .Values.a 1 }}
{{ lt .Values.a 2 }}
{{ len .Values.list }} {{ len .Values.text }} {{ len .Values.map }} {{ index .Values.list 1 }} {{ index .Values.map "a" "b" 0 }} {{ index .Values.map "x" }}
{{ index .Values.list 9 }}
{{ slice .Values.list 1 3 }} {{ slice .Values.list 1 }} {{ print "a" 1 2 "b" nil true }} {{ println "x" 1 }} {{ printf "%s|%d|%v|%q|%t|%5.2f|%-5s|%05d|%x|%%" "a" 3 .Values.map "q\n" true 1.5 "l" 42 255 }}
{{ printf "%d" .Values.a }} {{ printf "%s" .Values.a }} {{ printf "%s" nil }} {{ printf "%d" "x" }} {{ printf "%s %s" "a" }}
{{ default "d" .Values.empty }} {{ default "d" .Values.text }} {{ .Values.no | default true }} {{ .Values.image.tag | default .Chart.AppVersion | quote }} {{ default "x" }}
{{ coalesce .Values.none .Values.empty .Values.text }} {{ ternary "a" "b" .Values.yes }} {{ empty .Values.no }} {{ empty .Values.list }}
{{ required "needed" .Values.text }}
{{ required "needed" .Values.empty }}
{{ fail "never" }}
{{ quote .Values.text .Values.none .Values.a }} {{ squote .Values.text }} {{ quote "a\"b\\\tc" }} {{ quote .Values.list }} {{ quote true }}
{{ upper .Values.text }} {{ lower "ABC" }} {{ title "hello big world" }} {{ untitle "Hello World" }} {{ trim "  x\t\n" }}|{{ nospace "a b c" }}
{{ trimSuffix "-" "a--" }} {{ trimPrefix "v" "v1" }} {{ trimAll "-." "-.a.-" }} {{ replace "l" "L" .Values.text }} {{ trunc 3 "abcdef" }} {{ trunc -2 "abcdef" }} {{ trunc 9 "abc" }}
{{ contains "ell" .Values.text }} {{ hasPrefix "He" .Values.text }} {{ hasSuffix "x" .Values.text }} {{ repeat 3 "ab" }} {{ substr 1 3 "abcdef" }} {{ substr 2 -1 "abcdef" }}
{{ indent 2 .Values.multi }}|{{ nindent 2 "a\nb" }}|{{ cat "a" 1 nil "b" }}|{{ join "," .Values.list }}|{{ join "-" .Values.numbers }}
{{ splitList "," "a,b,c" }} {{ (split "." "a.b")._1 }} {{ plural "one" "many" 1 }} {{ plural "one" "many" 2 }} {{ toString .Values.a }} {{ toStrings .Values.numbers }}
{{ list 1 "a" nil }} {{ first .Values.list }} {{ last .Values.list }} {{ rest .Values.list }} {{ initial .Values.list }} {{ append .Values.list "d" }} {{ prepend .Values.list "d" }}
{{ concat .Values.list .Values.numbers }} {{ reverse .Values.list }} {{ compact (list "" 1 0 "a") }} {{ uniq (list "a" "b" "a") }} {{ without .Values.list "a" }} {{ has "a" .Values.list }}
{{ sortAlpha .Values.list }} {{ until 4 }} {{ untilStep 1 10 3 }} {{ untilStep 5 1 -2 }} {{ has 1.0 .Values.numbers }}
{{ dict "a" 1 "b" (list 2) }} {{ get .Values.map "z" }} {{ get .Values.map "no" }}| {{ hasKey .Values.map "a" }} {{ keys .Values.map | sortAlpha }} {{ pick .Values.map "z" }} {{ omit .Values.map "z" }}
{{ $d := dict "a" 1 }}{{ $_ := set $d "b" 2 }}{{ $_ = unset $d "a" }}{{ $d }} {{ pluck "a" (dict "a" 1) (dict "b" 2) }} {{ dig "a" "b" "none" (dict "a" (dict "b" 1)) }} {{ dig "x" "y" "none" (dict) }}
{{ merge (dict "a" 1 "n" (dict "x" 1)) (dict "a" 2 "b" 3 "n" (dict "x" 2 "y" 2)) }} {{ mergeOverwrite (dict "a" 1 "f" true) (dict "a" 2 "f" false "e" "") }}
{{ merge (dict "a" "" "f" false) (dict "a" "x" "f" true) }} {{ deepCopy .Values.map }} {{ values (dict "k" 5) }}
{{ int "12" }} {{ int 3.9 }} {{ int "x" }} {{ int64 .Values.big }} {{ float64 "1.5" }} {{ add 1 2 3 }} {{ add1 4 }} {{ sub 5 7 }} {{ mul 2 3 4 }} {{ div 7 2 }} {{ div -7 2 }} {{ mod -7 3 }}
{{ max 1 5 3 }} {{ min 4 2 8 }} {{ ceil 1.2 }} {{ floor 1.8 }} {{ add .Values.a 1 }} {{ int nil }} {{ int true }}
{{ div 1 0 }}
{{ kindOf .Values.a }} {{ kindOf 1 }} {{ kindOf (add 1 1) }} {{ kindOf (int 1) }} {{ kindOf (int64 1) }} {{ kindOf (len "x") }} {{ kindOf .Values.text }} {{ kindOf .Values.map }} {{ kindOf .Values.list }} {{ kindOf .Values.none }} {{ kindIs "bool" .Values.yes }} {{ typeOf .Values.map }} {{ typeOf .Values.list }} {{ typeIs "string" "x" }}
{{ and }}
{{ coalesce .Values.none | quote }}|{{ eq 1 (add 0 1) }} {{ lt 1 (int64 2) }} {{ has 1 (list (int64 1)) }}
{{ slice .Values.text 1 }}
{{ mergeOverwrite (dict "a" "x" "m" (dict "k" 1)) (dict "a" nil "m" (dict "k" "")) | toJson }}
{{ deepEqual .Values.list (list "b" "a" "c") }} {{ deepEqual 1 1.0 }}
{{ toYaml .Values.map }}|{{ toYaml .Values.odd }}|{{ toYaml .Values.multi }}|{{ toYaml .Values.long }}|{{ toYaml .Values.big }}|{{ toYaml .Values.empty }}|{{ toYaml .Values.none }}|{{ toYaml list }}
{{ toJson .Values.map }} {{ toJson "<&>" }} {{ toJson .Values.big }} {{ fromYaml .Values.yaml }} {{ (fromJson .Values.json).a }} {{ fromYamlArray "[1, a]" }} {{ fromJsonArray "[1]" }}
{{ b64enc "hello" }} {{ b64dec "aGVsbG8=" }} {{ sha256sum "x" }} {{ sha1sum "x" }} {{ adler32sum "x" }}
{{ regexMatch "^H.*o$" .Values.text }} {{ regexReplaceAll "l+" .Values.text "L" }} {{ regexReplaceAll "(H)(e)" .Values.text "${2}${1}" }} {{ regexFind "[a-z]+" .Values.text }} {{ regexFindAll "l" .Values.text -1 }} {{ mustRegexReplaceAllLiteral "l" .Values.text "$1" }}
{{ semverCompare ">=1.20-0" .Capabilities.KubeVersion.Version }} {{ semverCompare "<1.19-0" .Capabilities.KubeVersion.GitVersion }} {{ .Capabilities.APIVersions.Has "apps/v1" }}
{{ semverCompare ">=1.2.3" "1.2.4" }} {{ semverCompare "<1.2.3" "1.2.3" }} {{ semverCompare "=1.2.3" "v1.2.3" }}
{{ .Files.Get "note.txt" }} {{ .Files.Get "absent" }}| {{ .Files.Lines "note.txt" }} {{ base "a/b.yaml" }} {{ ext "a.yaml" }} {{ getHostByName "localhost" }}|
{{ "a" | printf "%s-%s" "b" }} {{ `raw "text"` }} {{ 'a' }} {{ 0x1F }} {{ 1e3 }} {{ -5 }} {{ "\u00e9\x41\101\t|" }} {{ 1_000 }}
{{ if and .Values.yes (not .Values.no) (or .Values.empty .Values.a) }}all{{ end }} {{ .Values.list | first | upper | repeat 2 }}
{{ unknownFunction 1 }}
{{ if .Values.yes }}unfinished
{{ end }}
{{ "unfinished
{{ .Values.text | }}
{{ $undeclared }}
{{ include "nothing" . }}
{{ trunc }}
{{ /* not a comment */ 1 }}
{{ range .Values.text }}x{{ end }}
{{ dict 1 2 "a" }} {{ get (dict) "a" }}| {{ unset (dict "a" 1) "a" }} {{ merge (dict "a" (dict "b" 1)) (dict "a" 1) }} {{ mergeOverwrite (dict "a" 1) (dict "a" (dict "b" 1)) }}
{{ append 1 2 }}
{{ append (list 1) }}
{{ until -3 }} {{ float64 "x" }} {{ float64 true }} {{ float64 3 }} {{ int "0x1F" }} {{ int "010" }} {{ int " 5" }} {{ int "1.0" }} {{ int "1.5" }} {{ int64 "9223372036854775808" }} {{ int (list) }} {{ ceil "1.2" }}
{{ mod 1 0 }}
{{ uniq 1 }}
{{ without "x" "y" }}
{{ index 1 2 }}
{{ len 1 }}
{{ dig "a" "d" 1 }}
{{ substr -1 2 "abc" }} {{ trunc 0 "abc" }} {{ trunc "2" "abc" }} {{ repeat 0 "a" }} {{ split "" "ab" }} {{ splitList "" "ab" }} {{ replace "" "x" "a" }}
{{ quote "\x01\u200b\u00e9\U0001f600\ufeff" }} {{ printf "%q" "\x7f" }} {{ print nil nil }} {{ print (list) (dict) }} {{ printf "%v %v" nil (list nil) }}
{{ fromYaml "" }} {{ fromJson "{}" }} {{ fromYaml "a: 1" | toJson }} {{ fromYamlArray "[]" }}
{{ if eq 1 1 2 }}a{{ end }}{{ if ne "a" "b" }}b{{ end }}{{ if le 1 1 }}c{{ end }}{{ if eq true true }}d{{ end }}{{ if eq nil nil }}e{{ end }}
{{ has 1 nil }} {{ has "a" (list) }} {{ first (list) }} {{ last (list) }} {{ rest (list 1) }} {{ initial (list 1) }} {{ slice (list 1 2 3) }}
{{ rest (list) }}
{{ slice (list 1 2) 5 9 }}
{{ regexFind "z" "a" }}| {{ regexFindAll "a" "aaa" 2 }} {{ regexMatch "a" "b" }} {{ mustRegexFind "a+" "caab" }}
{{ with $x := .Values.text }}{{ $x }}{{ end }}{{ range $x := .Values.list }}{{ $x }}{{ else }}{{ end }}{{ if $y := .Values.a }}{{ $y }}{{ end }}
{{ with .Values.none }}a{{ else with .Values.text }}{{ . }}{{ end }}
{{ not 1 2 }}
{{ or }}
{{ title "a_b c-d" }} {{ untitle "A B" }} {{ upper "" }}| {{ toStrings (list 1 "a") }} {{ join "," 5 }} {{ join "," (list 1 nil 2.5) }} {{ cat }}|
{{ block "inner" . }}[{{ .Release.Name }}]{{ end }}
""".strip().splitlines()
)


SETTINGS: Final[tuple[tuple[str, ...], ...]] = (
    ("--set", "a=1,b=true,c=text,d=null,e=1.5,f=0123,g=,h=9223372036854775808,i=-3,j=0"),
    ("--set", "map.new=x,map.z=null,map.a.b[1].c=changed,map.a.b[3]=far"),
    ("--set", r"map.dotted\.key=1,map.comma=a\,b,map.equals=a=b,map.back=a\\b"),
    ("--set", "list={x,y,1},numbers={},empty={a},text={a\\,b}"),
    ("--set", "list[0]=first,list[5]=sixth,fresh[1].x=1"),
    ("--set-string", "a=1,b=true,text=null", "--set", "a=2"),
    ("--set-json", 'map={"q": [1, null]},a=5', "--set", "map.r=2"),
    ("--set", "map=plain"),
    ("--set", "text.deep=1"),
    ("--set", "a"),
    ("--set", "list={a,b"),
    ("--set", "list[x]=1"),
    ("--set", "=1"),
    ("--set", "a[0]=1"),
    ("--set", "global.x=1,yes=false"),
    ("--set", "a=1,,b=2"),
    ("--set", "a.b.c=1,a.b.d=2"),
    ("--set", "big=1000000,part=1e3,odd[1]=x"),
)
"""Arguments that are laid over the values."""


DUMPED: Final[tuple[Any, ...]] = (
    *("a", "b c", "true", "yes", "null", "~", "1", "1.5", "0x1", "1e3", "01", "1_000", "12:30:45", "2020-01-01", "- a"),
    *("-", "?", "? x", ":a", "a:", "a: b", "a #b", "#a", "&a", "*a", "!a", "|", "> x", "'a'", '"a"', "%a", "@a", "`a"),
    *("{a", "[a]", ",a", "a,b", "a\nb", "a\n", " a", "a ", "\ta", "a\tb", "é", "日本", "\U0001f600", "a\n\nb\n\n"),
    *("\n", "\n a\n", "a \nb", "x" * 90, "word " * 30, "it's", "a'b: c", "---", "...", "--- a", "a\\b", "\x07", "<b>"),
    *("on", "Off", "NO", "y", ".inf", "-.5", "+1", "0o7", "=", "<<", "", "!!str", "a\r\nb", "\u00a0", "\ufeff", "  "),
    *("2020-01-01T10:00:00Z", "'" * 3, "a: " + "word " * 25, "\t" + "word " * 25, "a  b " * 20, "\t" + "a  b " * 30),
    *(0, 1, -1, 100, 1000000, 12345678901, 1.5, -0.25, 1e21, 1e-7, 123456.789, 1234567.5, 0.0001, True, False, None),
    *(
        [],
        {},
        [[], {}],
        [["a", ["b"]], {"c": [1, {"d": None}]}],
        {"a": {"b": {}}, "c": []},
        {"l": ["x\ny", {"m": "z\n"}]},
    ),
    {
        "b": 1,
        "a10": 2,
        "a9": 3,
        "a": 4,
        "A": 5,
        "_": 6,
        "1": 7,
        "01": 8,
        "a-b": 9,
        "a_b": 10,
        "é": 11,
        "10": 12,
        "9": 13,
    },
    {"1e+21": 1, "100": 2, "1.5": 3, "x0": 4, "x00": 5, "true": 6, "": 7, "a b": 8, "a: b": 9},
)
"""Values that are written as YAML, as JSON and in quotes."""


def main(helm: str) -> None:
    """Record every expression and every setting."""
    rows: list[dict[str, object]] = [{"expression": text, "output": output(helm, text)} for text in EXPRESSIONS]
    rows += [{"settings": list(words), "output": output(helm, "{{ toJson .Values }}", *words)} for words in SETTINGS]
    rows += [{"value": value, **dumped} for value, dumped in zip(DUMPED, dumps(helm), strict=True)]
    RECORDED.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def dumps(helm: str) -> list[dict[str, str]]:
    """How Helm writes each value."""
    written = "{{ toYaml . | b64enc }} {{ toJson . | b64enc }} {{ quote . | b64enc }} {{ print . | b64enc }}"
    text = '{{ range .Files.Get "values.json" | fromJsonArray }}' + written + "|{{ end }}"
    found = output(helm, text, values=json.dumps(DUMPED, ensure_ascii=False))
    rows = (found or "").split("|")[:-1]
    names = ("yaml", "json", "quoted", "printed")
    return [dict(zip(names, (base64.b64decode(part).decode() for part in row.split(" ")), strict=True)) for row in rows]


def write_chart(folder: Path, text: str) -> Path:
    """A chart whose only template prints an expression."""
    (folder / "templates").mkdir(parents=True, exist_ok=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: recorded\nversion: 1.2.3\nappVersion: 4.5.6\n")
    (folder / "values.yaml").write_text(VALUES)
    (folder / "note.txt").write_text("a note\nof two lines\n")
    (folder / "templates" / "_helpers.tpl").write_text(HELPERS)
    (folder / "templates" / "out.yaml").write_text(
        '{{- define "out" }}' + text + '{{ end -}}\nout: {{ include "out" . | b64enc | quote }}\n'
    )
    return folder


def output(helm: str, text: str, *more: str, values: str = "") -> str | None:
    """What Helm prints, or None when it refuses."""
    with tempfile.TemporaryDirectory() as folder:
        write_chart(Path(folder) / "recorded", text)
        (Path(folder) / "recorded" / "values.json").write_text(values, encoding="utf-8")
        command = [helm, "template", "rel", "recorded", "-n", "space", "--kube-version", VERSION, *more]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    found = re.search(r'^out: "(.*)"$', done.stdout, re.MULTILINE)
    return base64.b64decode(found[1]).decode() if found is not None and not done.returncode else None


if __name__ == "__main__":
    main(sys.argv[1])
