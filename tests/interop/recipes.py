"""How to call every function: templates of calls, and pools of arguments to fill them with.

In a template a letter in braces is drawn from its pool. Pools hold what people write and what breaks implementations:
empty things, nulls, signs, huge numbers, letters of many bytes, values of the wrong type.
"""

# ruff: noqa: E501 - what belongs together stands in one line, as in a table

from __future__ import annotations

POOLS: dict[str, tuple[str, ...]] = {
    # text
    "s": (
        '""', '"a"', '"hello world"', '"Hello, World"', '"ab,cd,,ef"', '"a-b_c.d/e"', '"  padded\\t"', '"line\\nbreak\\n"',
        '"ünïcödé"', '"ß"', '"ǅ"', '"日本語"', '"e\\u0301x"', '"👨‍👩‍👧 family"', '"🇩🇪🇫🇷"', '"a\\\\b\\"c"', '"$${x} %%{y}"',
        '"0"', '"12.50"', '"true"', '"aaaa"', '"\\u0001\\u007f\\u2028"', '"the quick brown fox"', '"İstanbul"', '"<a href=\'x\'>&</a>"',
    ),
    # short text to look for
    "p": ('""', '"a"', '" "', '"l"', '"ab"', '","', '"\\n"', '"é"', '"."', '"hello"', '"日"', '"aa"', '"/"', '"x"'),
    # whole numbers, small
    "i": ("0", "1", "2", "3", "5", "-1", "-2", "10", "1.5", '"2"', "true", "null"),
    # numbers
    "n": (
        "0", "1", "-1", "2", "3", "7", "10", "0.5", "-0.5", "1.5", "2.5", "-2.5", "0.1", "1e3", "1e-7", "1e21", "123456789",
        "12345678901234567890", "-12345678901234567890.123", "1/3", "2/3", '"4"', '"0x10"', '"1e2"', '" 1"', '"1_000"', '""',
        '"abc"', "true", "null", "1e100",
    ),
    # lists, sets and tuples of plain things
    "l": (
        "[]", '["a"]', '["a", "b", "c"]', '["b", "a", "b", ""]', "[1, 2, 3]", "[3, 1, 2, 1]", '[1, "a", true]', "[null]",
        '["a", null]', '[true, false]', 'tolist(["x", "y"])', "tolist([2, 1])", 'toset(["b", "a", "c"])', "toset([10, 9, 8])",
        "toset([])", "[1.5, -2]", '["1", "2"]', "tolist([])", '["é", "e", "z", "Z"]', "[[1], [2]]", '[["a", "b"], ["c"]]', "[{a = 1}, {a = 2}]",
        "null", '"abc"', "{a = 1}",
    ),
    # lists of text
    "t": (
        "[]", '["a"]', '["a", "b", "c"]', '["b", "", "a"]', '["a", null]', "[1, true]", 'toset(["z", "a"])', 'tolist(["p", "q"])',
        '["Z", "a", "é", "B"]', '["10", "9"]', "null", '[["a"]]', '"a"',
    ),
    # lists of numbers
    "N": (
        "[]", "[1]", "[1, 2, 3]", "[-1, 0.5, 10]", '["1", 2]', "[0.1, 0.2]", "toset([3, 1])", "tolist([1, 2])", "[null, 1]", '["x"]', "null",
        "[1e20, 1]", "[1/3, 2/3]",
    ),
    # lists of truth values
    "B": ("[]", "[true]", "[true, true]", "[true, false]", '["true", true]', '["x"]', "[null, true]", "[1]", "tolist([false])", "toset([true])", "null"),
    # nested lists
    "L": (
        "[]", "[[]]", "[[1], [2, 3]]", "[[1, [2, [3]]], []]", '[["a"], "b", []]', '[toset(["b", "a"]), ["c"]]', "[null, [1]]", "[[null]]",
        "tolist([[1], [2]])", "[{a = [1]}, [2]]", "toset([[1, 2], [3]])",
    ),
    # maps and objects
    "m": (
        "{}", "{a = 1}", '{a = "x", b = "y"}', '{b = 1, a = "z"}', '{a = null}', '{"x y" = true, "0" = false}', 'tomap({a = 1, b = 2})', "tomap({})",
        "{a = {b = {c = 1}}}", "{a = [1, 2], b = [3]}", '{é = 1, z = 2, Z = 3}', "null", "[]", '"a"', 'tomap({k = "v"})', "{a = 1, b = {c = 2}}",
    ),
    # maps of lists of text
    "M": ("{}", '{a = ["x", "y"], b = ["y"]}', '{a = []}', "{a = [1, 2]}", '{a = "x"}', 'tomap({a = ["x"], b = ["x"]})', "{a = [null]}", "{a = null}", "null"),
    # anything
    "a": (
        "null", "true", "false", "0", "1", "-1.5", '"a"', '""', '"1"', '"true"', "[]", "[1]", '["a", 1]', "{}", "{a = 1}", 'tolist(["a"])', 'toset(["a"])',
        "tomap({a = 1})", "[null]", "{a = null}", "[[]]", "[{}]", 'tolist([])', "tostring(null)", "tolist(null)", "{a = [1, {b = 2}]}", "1e30", "0.1 + 0.2",
        'sensitive("s")', "toset([1, 2])", "toset([{a = 1}, {a = 2}])", '"é\\u0301"',
    ),
    # keys
    "k": ('"a"', '"b"', '"x y"', '""', "0", "1", "null", "true", '"z"'),
    # moments
    "d": (
        '"2024-02-29T13:04:05Z"', '"2018-01-02T23:12:01+01:00"', '"1999-12-31T23:59:59-08:00"', '"2020-01-01T00:00:00.123456789Z"', '"0001-01-01T00:00:00Z"',
        '"2017-11-22 00:00:00Z"', '"2017-11-22T00:00:00"', '"2021-02-30T00:00:00Z"', '"2021-12-31T23:59:60Z"', '"9999-12-31T23:59:59Z"', '""', '"2017-11-22t00:00:00z"',
        '"2006-01-02T15:04:05+00:00"', '"2006-01-02T15:04:05.5-00:30"', '"2006-1-2T15:04:05Z"', "null",
    ),
    # lengths of time
    "u": (
        '"1h"', '"-1h"', '"1h30m"', '"10m5.5s"', '"0"', '"0s"', '"100ms"', '"1us"', '"1µs"', '"1ns"', '"1.000000001s"', '"+2h"', '"24h"', '"8760h"', '"1d"', '""', '"h"',
        '"1"', '".5h"', '"1.h"', '"-0.5m"', '"1h-30m"', '"876000h"', '"9999999999999h"', '" 1h"',
    ),
    # patterns of dates
    "D": (
        '"DD MMM YYYY hh:mm:ssZ"', '"EEEE, DD-MMM-YY hh:mm:ss ZZZ"', '"D M YYYY h H HH AA aa"', '"YYYY-MM-DD\'T\'hh:mm:ssZ"', '"hh\'h\'mm\'m\'"', '"m s ss mm"', '"ZZZZ ZZZZZ"',
        '"\'it\'\'s\' YYYY"', '""', '"YYY"', '"EEE MMMM"', '"aaa"', '"X"', '"\'open"', '"2024/é"', '"E"', '"A"', '"ZZ"', '"DDD"', '"hhh"',
    ),
    # networks
    "c": (
        '"10.0.0.0/8"', '"10.1.2.3/16"', '"192.168.0.0/24"', '"0.0.0.0/0"', '"10.0.0.1/32"', '"fd00:fd12:3456:7890::/56"', '"2001:db8::/32"', '"::/0"', '"::ffff:10.0.0.0/104"',
        '"10.0.0.0"', '"10.0.0.0/33"', '"010.001.0.0/16"', '"fe80::1/128"', '"1.2.3/8"', '""', '"10.0.0.0/+8"', '"10.0.0.0/08"', '"2001:DB8:0:0:1::/64"', "null",
    ),
    # whole numbers for networks
    "w": ("0", "1", "2", "4", "8", "16", "-1", "-2", "255", "256", "65535", "1.5", '"3"', "32", "1e10", "120"),
    # regular expressions
    "x": (
        '"a"', '"[a-z]+"', '"^(\\\\w+)\\\\s"', '"(?P<first>\\\\w+) (?P<second>\\\\w+)"', '"(?i)HELLO"', '"\\\\d+"', '"[[:alpha:]]+"', '"\\\\pL+"', '"\\\\p{Greek}"', '"(a)|(b)"', '"."', '"^$"',
        '"(?:x|l)+"', '"o\\\\b"', '"(?s).+"', '"(?m)^\\\\w+$"', '"l{2}"', '"a*"', '"(a*)*"', '"\\\\Qa-b\\\\E"', '"[^\\\\s,]+"', '"(?U)a+"', '"x{2,1}"', '"("', '"(?=a)"', '"\\\\1"', '"[a"', '"*"',
        '"(?<n>h)"', '"\\\\x{e9}|\\\\xfc"', '"[\\\\p{Lu}\\\\d]+"', '"\\\\z"', '"a++"', '"(?i)ÜNÏ"', '"[]a]"', '"[[:^digit:]]"', '"\\\\C"', '"a{1001}"', '"(|a)+"', '""',
    ),
    # replacements
    "r": ('""', '"X"', '"$1"', '"$${1}x"', '"$$"', '"$0"', '"$first"', '"$${second}-$${first}"', '"$1x"', '"$"', '"$${"', '"$9"', '"é"'),
    # bases of numbers
    "b": ("2", "8", "10", "16", "36", "62", "1", "63", "10.5", "0", '"16"'),
    # digits
    "g": ('"101"', '"ff"', '"FF"', '"-7f"', '"+5"', '"zz"', '"Zz"', '""', '"0x1f"', '"1_0"', '" 1"', '"99999999999999999999999"', "12", '"8"', '"-"', "1.5", "null"),
    # formats
    "f": (
        '"%s"', '"%d"', '"%v"', '"%q"', '"%t"', '"%f"', '"%e"', '"%g"', '"%x"', '"%X"', '"%b"', '"%o"', '"%c"', '"%5s|"', '"%-5s|"', '"%05d"', '"%+d"', '"% d"', '"%.2f"', '"%8.3f|"', '"%#v"', '"%5v|"',
        '"%E"', '"%G"', '"%%"', '"%-8q|"', '"%.3s"', '"%.0f"', '"%5t|"', '"%05s"', '"%x %[1]X"', '"%[2]s"', '"%"', '"%z"', '"plain"', '"%08.3f"', '"%+.1e"', '"%#x"', '"%3c|"', '"%.10g"', '"%-05d|"', '"%+q"', '"% x"', '"%F"',
        '"%[1]*d"', '"%*d"', '"%5%"', '"%é"',
    ),
    # files
    "F": (
        '"plain.txt"', '"./nested/deep.txt"', '"nope.txt"', '"nested"', '""', '"unicode.txt"', '"binary.bin"', '"empty.txt"', '"crlf.txt"', '"nested/../plain.txt"', "null", "1", '"bom.txt"', '"latin1.txt"', '"decomposed.txt"',
    ),
    # folders
    "E": ('"tree"', '"tree/nested"', '"./tree/nested/"', '"nope"', '"plain.txt"', '"tree/nested/.."', '"tree//nested"'),
    # patterns of files
    "G": (
        '"*"', '"*.txt"', '"**"', '"**/*.txt"', '"nested/*"', '"{plain,unicode}.txt"', '"[a-m]*.txt"', '"?????.txt"', '"*/*.txt"', '"nope"', '"nested/**/deep.*"', '"[^a-m]*"', '".*"', '"**/.*"', '"*.{txt,bin}"', '""', '"["', '"{a"', '"\\\\*"',
        '"**/deeper/**"', '"nested/**"', '"n*/d*"', '"nested"',
    ),
    # templates
    "T": ('"hello.tftpl"', '"loop.tftpl"', '"plain.txt"', '"broken.tftpl"', '"recursive.tftpl"', '"directives.tftpl"', '"nope.tftpl"', '"sole.tftpl"', '"crlf.tftpl"', '"functions.tftpl"'),
    "V": ("{}", '{name = "A"}', '{name = "A", items = ["x", "y"]}', "{name = 1, items = {a = 1}}", "null", '{name = null}', "[]", '{name = "é", items = []}', 'tomap({name = "m"})', '{"bad name" = 1}'),
    # JSON
    "j": (
        '"{}"', '"[]"', '"null"', '"true"', '"1"', '"1.50"', '"-0"', '"1e3"', '"1E-2"', '"\\"a\\""', '"[1,\\"a\\",null,{\\"b\\":[]}]"', '"{\\"a\\":1,\\"a\\":2}"', '"{\\"b\\":1,\\"a\\":{\\"c\\":null}}"', '" 1 "', '"1 2"', '""', '"01"', '"[1,]"', '"{a:1}"',
        '"\\"\\\\u00e9\\\\ud83d\\\\ude00\\""', '"\\"\\\\ud800\\""', '"12345678901234567890.5"', '"NaN"', '"\\"\\t\\""', '"nul"', '"[[[]]]"', '"\'a\'"', '"{\\"\\":1}"', '"1."', '".5"', '"+1"', '"\\"e\\\\u0301\\""',
    ),
    # YAML
    "y": (
        '"a: 1"', '"- a\\n- b\\n"', '"{a: 1, b: [x, y]}"', '"null"', '"~"', '""', '"true"', '"yes"', '"on"', '"y"', '"0x1f"', '"0o17"', '"017"', '"1_000"', '"1e3"', '".5"', '".inf"', '".nan"', '"1:30"', '"2024-01-02"', '"2024-01-02T03:04:05Z"', '"\'q\'"',
        '"\\"d\\\\n\\""', '"|\\n  a\\n  b\\n"', '">\\n  a\\n  b\\n"', '"a: &x 1\\nb: *x\\n"', '"a: {<<: {b: 1}, c: 2}"', '"--- a\\n"', '"--- a\\n--- b\\n"', '"!!str 1"', '"!!int \\"1\\""', '"!!binary aGk="', '"!x 1"', '"a: b: c"', '"[1, 2"', '"? a\\n: b"', '"1: a\\ntrue: b"', '"a:\\n  - 1\\n  - c: 2\\n"',
        '"# only"', '"+12"', '"0b11"', '"-.inf"', '"NULL"', '"True"', '"Off"', '"a: 1\\na: 2"', '"12345678901234567890"', '"1.0"', '"é: ü"', '"0.1"', '"a: ~"', '"!!set {a, b}"', '"!!float 1"', '"~: 1"', '"0o8"', '"1e"', '"a: !!null x"', '"- - 1\\n  - 2\\n"', '"\\tb"', '"!!bool yes"', '"2024-1-2"', '"2001-12-14t21:59:43.10-05:00"',
    ),
    # CSV
    "C": (
        '"a,b\\n1,2\\n3,4\\n"', '"a,b"', '""', '"\\n"', '"a\\n\\"x\\"\\"y\\"\\n"', '"a,b\\n1\\n"', '"a,a\\n1,2"', '"a;b\\n1;2"', '"a,b\\r\\n1,2\\r\\n"', '"a\\n\\"multi\\nline\\"\\n"', '"a,b\\n\\n1,2\\n"', '"a\\nx\\"y"', '"a\\n\\"open"', '" a , b \\n 1 , 2 "', '"a,\\n1,2"',
        '"é\\nü"', '"a\\n\\"\\"\\n"', '"a\\n\\"x\\" \\n"', '"a,b\\n,\\n"', '"a\\n#x\\n"', '"a\\r1\\r"',
    ),
    # base64
    "6": ('"aGVsbG8="', '""', '"aGVsbG8"', '"4pyT"', '"/w=="', '"a b"', '"aGVs\\nbG8="', '"YQ=="', '"YR=="', '"_-8="', '"ZQ=="', '"!"', "null"),
    # names of encodings
    "e": (
        '"UTF-16LE"', '"utf-16be"', '"UTF-16"', '"ISO-8859-1"', '"windows-1252"', '"Shift_JIS"', '"GBK"', '"EUC-KR"', '"UTF-8"', '"ASCII"', '"nope"', '""', '"latin1"', '"CP1252"', '"koi8-r"', '"Big5"', '"ISO-8859-15"', '"macintosh"', '"gb18030"', '"IBM437"', '"UTF-32"', '"US-ASCII"', '"utf8"',
    ),
    # namespaces of UUIDs
    "q": ('"dns"', '"url"', '"oid"', '"x500"', '"6ba7b810-9dad-11d1-80b4-00c04fd430c8"', '"nope"', '""', '"{6ba7b810-9dad-11d1-80b4-00c04fd430c8}"', '"6ba7b8109dad11d180b400c04fd430c8"', '"urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8"', '"DNS"', '"00000000-0000-0000-0000-000000000000"'),
    # paths
    "h": ('""', '"/"', '"a"', '"a/b/c.txt"', '"/a/b/"', '"a//b"', '"./a"', '"../a"', '"/.."', '"a/../b"', '"//"', '"."', '".."', '"a/."', '"c:\\\\x"'),
}  # fmt: skip

CALLS: dict[str, tuple[str, ...]] = {
    "abs": ("abs({n})",),
    "abspath": ('abspath("/x/${{{h}}}")', 'abspath("/a/../b//c/.")', 'abspath("/")'),
    "alltrue": ("alltrue({B})",),
    "anytrue": ("anytrue({B})",),
    "base64decode": ("base64decode({6})",),
    "base64encode": ("base64encode({s})", "base64encode({a})"),
    "base64gzip": ("base64gzip({s})", "base64gzip(null)"),
    "base64sha256": ("base64sha256({s})",),
    "base64sha512": ("base64sha512({s})",),
    "basename": ("basename({h})",),
    "bcrypt": ('bcrypt("x", 4)', "bcrypt(null)", 'bcrypt("x", 4, 5)', "bcrypt()"),
    "can": ("can({a}.a)", "can({l}[{i}])", "can(tonumber({s}))", "can({m}.a.b)", "can(nope({i}))", "can(upper({a}))", "can()", "can(1, 2)"),
    "ceil": ("ceil({n})",),
    "chomp": ("chomp({s})", 'chomp("a\\r\\n\\n\\r")'),
    "chunklist": ("chunklist({l}, {i})",),
    "cidrhost": ("cidrhost({c}, {w})",),
    "cidrnetmask": ("cidrnetmask({c})",),
    "cidrsubnet": ("cidrsubnet({c}, {w}, {w})",),
    "cidrsubnets": ("cidrsubnets({c}, {w}, {w}, {w})", "cidrsubnets({c}, {w})", "cidrsubnets({c})"),
    "coalesce": ("coalesce({a}, {a})", "coalesce({a}, {a}, {a})", "coalesce({s}, {n})", "coalesce()"),
    "coalescelist": ("coalescelist({l}, {l})", "coalescelist({l}, {l}, {l})", "coalescelist()"),
    "compact": ("compact({t})", "compact({l})"),
    "concat": ("concat({l}, {l})", "concat({l})", "concat({l}, {l}, {t})", "concat()"),
    "contains": ("contains({l}, {a})", "contains({l}, {k})"),
    "csvdecode": ("csvdecode({C})",),
    "dirname": ("dirname({h})",),
    "distinct": ("distinct({l})", "distinct({L})"),
    "element": ("element({l}, {i})", "element({l}, {w})"),
    "endswith": ("endswith({s}, {p})",),
    "ephemeralasnull": ("ephemeralasnull({a})",),
    "file": ("file({F})",),
    "filebase64": ("filebase64({F})",),
    "filebase64sha256": ("filebase64sha256({F})",),
    "filebase64sha512": ("filebase64sha512({F})",),
    "fileexists": ("fileexists({F})",),
    "filemd5": ("filemd5({F})",),
    "fileset": ("fileset({E}, {G})", 'fileset("tree", {G})'),
    "filesha1": ("filesha1({F})",),
    "filesha256": ("filesha256({F})",),
    "filesha512": ("filesha512({F})",),
    "flatten": ("flatten({L})", "flatten({l})"),
    "floor": ("floor({n})",),
    "format": ("format({f}, {a})", "format({f}, {n})", "format({f}, {s})", 'format("%s %v", {a}, {a})', "format({f})", 'format("%[2]s %[1]s", {s}, {n})', "format({f}, {n}, {s})"),
    "formatdate": ("formatdate({D}, {d})", 'formatdate({D}, "2006-01-02T15:04:05-07:00")'),
    "formatlist": ("formatlist({f}, {l})", 'formatlist("%s=%v", {l}, {l})', 'formatlist("%s-%s", {t}, {s})', "formatlist({f})"),
    "indent": ("indent({i}, {s})",),
    "index": ("index({l}, {a})", "index({l}, {k})"),
    "issensitive": ("issensitive({a})", "issensitive(sensitive({a}))", "issensitive([sensitive({a})])", "issensitive(nonsensitive(sensitive({a})))"),
    "join": ("join({p}, {t})", "join({p}, {t}, {t})", "join({p})", "join({p}, {l})"),
    "jsondecode": ("jsondecode({j})",),
    "jsonencode": ("jsonencode({a})", "jsonencode({l})", "jsonencode({m})", "jsonencode({s})", "jsonencode({n})"),
    "keys": ("keys({m})",),
    "length": ("length({a})", "length({l})", "length({m})", "length({s})"),
    "log": ("log({n}, {n})", "log({n}, 2)", "log(16, {n})"),
    "lookup": ("lookup({m}, {k})", "lookup({m}, {k}, {a})", 'lookup({m}, {k}, "d")', "lookup()", "lookup({m}, {k}, {k}, {k})"),
    "lower": ("lower({s})", "lower({a})"),
    "matchkeys": ("matchkeys({t}, {t}, {t})", 'matchkeys(["x", "y", "z"], {l}, {l})', 'matchkeys({l}, ["a", "b", "c"], ["c", "a"])'),
    "max": ("max({n}, {n})", "max({n}, {n}, {n})", "max({N}...)", "max()"),
    "md5": ("md5({s})",),
    "merge": ("merge({m}, {m})", "merge({m})", "merge({m}, {m}, {m})", "merge()", "merge({M}, {M})"),
    "min": ("min({n}, {n})", "min({N}...)", "min()"),
    "nonsensitive": ("nonsensitive(sensitive({a}))", "nonsensitive({a})", "nonsensitive([sensitive({a})])"),
    "one": ("one({l})", "one([{a}])", "one({a})"),
    "parseint": ("parseint({g}, {b})", "parseint({g}, 10)", "parseint({g}, 16)"),
    "pathexpand": ("pathexpand({h})",),
    "plantimestamp": ("plantimestamp()", "plantimestamp(1)"),
    "pow": ("pow({n}, {n})", "pow({i}, {i})", "pow({n}, 2)"),
    "range": ("range({i})", "range({n}, {i})", "range({i}, {i}, {n})", "range()", "range(0, 1, 0.1)", "range({i}, {i}, {i}, 1)"),
    "regex": ("regex({x}, {s})",),
    "regexall": ("regexall({x}, {s})",),
    "replace": ("replace({s}, {p}, {r})", 'replace({s}, "/[aeiou]/", {r})', 'replace({s}, "/(\\\\w)(\\\\w*)/", {r})', 'replace({s}, "/(?P<first>\\\\w+) (?P<second>\\\\w+)/", {r})', 'replace({s}, "/", "-")', 'replace({s}, "//", "-")'),
    "reverse": ("reverse({l})",),
    "rsadecrypt": ('rsadecrypt(file("secret.b64"), file("key.pem"))', 'rsadecrypt("aGk=", file("key.pem"))', 'rsadecrypt({6}, file("key8.pem"))', 'rsadecrypt(file("secret.b64"), {s})', 'rsadecrypt(file("secret.b64"), file("key8.pem"))', 'rsadecrypt(file("secret.b64"), file("encrypted.pem"))', 'rsadecrypt(file("secret.b64"), file("public.pem"))', 'rsadecrypt(file("secret.b64"), file("openssh.pem"))'),
    "sensitive": ("sensitive({a})", "[sensitive({a}), {a}]"),
    "setintersection": ("setintersection({l}, {l})", "setintersection({t}, {t}, {t})", "setintersection({l})"),
    "setproduct": ("setproduct({l}, {l})", "setproduct({t}, {N})", "setproduct({l})", "setproduct({N}, {t}, {B})"),
    "setsubtract": ("setsubtract({l}, {l})", "setsubtract({t}, {t})"),
    "setunion": ("setunion({l}, {l})", "setunion({t}, {N})", "setunion({l})", "setunion()"),
    "sha1": ("sha1({s})",),
    "sha256": ("sha256({s})",),
    "sha512": ("sha512({s})",),
    "signum": ("signum({n})",),
    "slice": ("slice({l}, {i}, {i})", 'slice(["a", "b", "c"], {i}, {i})'),
    "sort": ("sort({t})", "sort({l})"),
    "split": ("split({p}, {s})",),
    "startswith": ("startswith({s}, {p})",),
    "strcontains": ("strcontains({s}, {p})",),
    "strrev": ("strrev({s})",),
    "substr": ("substr({s}, {i}, {i})", 'substr("hello world", {i}, {i})', "substr({s}, {i}, -1)"),
    "sum": ("sum({N})", "sum({l})"),
    "templatefile": ("templatefile({T}, {V})",),
    "templatestring": ('templatestring(local.template, {V})', 'templatestring("x", {V})'),
    "textdecodebase64": ("textdecodebase64({6}, {e})", 'textdecodebase64("aABpAA==", {e})'),
    "textencodebase64": ("textencodebase64({s}, {e})", 'textencodebase64("abc", {e})', 'textencodebase64("é", {e})'),
    "timeadd": ("timeadd({d}, {u})", 'timeadd("2024-02-28T23:00:00Z", {u})'),
    "timecmp": ("timecmp({d}, {d})",),
    "timestamp": ("timestamp()", "timestamp(1)"),
    "title": ("title({s})", 'title("o\'neil mc-donald 3rd under_score")'),
    "tobool": ("tobool({a})", 'tobool("1")', 'tobool("True")', "tobool(1)"),
    "tolist": ("tolist({l})", "tolist({a})", "tolist({L})"),
    "tomap": ("tomap({m})", "tomap({a})", "tomap({M})"),
    "tonumber": ("tonumber({n})", "tonumber({a})"),
    "toset": ("toset({l})", "toset({a})", "toset({L})", "[for x in toset({l}) : x]"),
    "tostring": ("tostring({a})", "tostring({n})"),
    "transpose": ("transpose({M})", "transpose({m})"),
    "trim": ("trim({s}, {p})", 'trim({s}, "adxyé ")'),
    "trimprefix": ("trimprefix({s}, {p})",),
    "trimspace": ("trimspace({s})", 'trimspace("\\u00a0\\u2003x\\u0085\\u200b")'),
    "trimsuffix": ("trimsuffix({s}, {p})",),
    "try": ("try({a}.a, {a})", "try({l}[{i}], {m}.b, {a})", "try(tonumber({s}), {n})", "try()", "try({a})", "try({m}.a.b.c, {m}[{k}])"),
    "upper": ("upper({s})", "upper({a})"),
    "urlencode": ("urlencode({s})",),
    "uuid": ("uuid()", "uuid(1)"),
    "uuidv5": ("uuidv5({q}, {s})",),
    "values": ("values({m})", "values({M})"),
    "yamldecode": ("yamldecode({y})",),
    "yamlencode": ("yamlencode({a})", "yamlencode({l})", "yamlencode({m})", "yamlencode({s})", "yamlencode({n})", "yamlencode({{a = {s}, b = [{a}]}})"),
    "zipmap": ("zipmap({t}, {l})", 'zipmap(["a", "b"], {l})', 'zipmap(["a"], [{a}])'),
    "provider::terraform::encode_tfvars": ("provider::terraform::encode_tfvars({m})", "provider::terraform::encode_tfvars({{a = {a}, b = {l}}})"),
    "provider::terraform::decode_tfvars": ('provider::terraform::decode_tfvars("a = 1\\nb = \\"x\\"\\n")', 'provider::terraform::decode_tfvars("a = [1, {{b = null}}]")', 'provider::terraform::decode_tfvars("")', 'provider::terraform::decode_tfvars("a = 1 + 1")', 'provider::terraform::decode_tfvars("a = b")', 'provider::terraform::decode_tfvars("a {{}}")', 'provider::terraform::decode_tfvars("a = upper(1)")', 'provider::terraform::decode_tfvars("a =")', 'provider::terraform::decode_tfvars("a = 1\\na = 2")', "provider::terraform::decode_tfvars(null)", 'provider::terraform::decode_tfvars("a = \\"$${{1}}\\"")', "provider::terraform::decode_tfvars(provider::terraform::encode_tfvars({{a = {a}}}))", "provider::terraform::decode_tfvars({s})"),
    "provider::terraform::encode_expr": ("provider::terraform::encode_expr({a})", "provider::terraform::encode_expr({m})", "provider::terraform::encode_expr({l})", "provider::terraform::encode_expr({s})", "provider::terraform::encode_expr({n})"),
}  # fmt: skip
