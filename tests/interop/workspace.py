"""The folder that expressions are worked out in: small files of every kind that functions over files can meet."""

from __future__ import annotations

from pathlib import Path

FILES: dict[str, bytes] = {
    "plain.txt": b"hello\n",
    "nested/deep.txt": b"deep ${x}\n",
    "nested/.hidden": b"h",
    "nested/deeper/x.txt": b"x",
    "tree/plain.txt": b"p",
    "tree/é.txt": b"e",
    "tree/a[b].txt": b"b",
    "tree/nested/deep.txt": b"d",
    "tree/nested/.hidden": b"h",
    "tree/nested/deeper/x.txt": b"x",
    "tree/nested/deeper/x.md": b"x",
    "unicode.txt": "ünïcödé 日本語\n".encode(),
    "binary.bin": bytes([0xFF, 0, 1, 0x80]),
    "empty.txt": b"",
    "crlf.txt": b"a\r\nb\r\n",
    "bom.txt": b"\xef\xbb\xbfbom\n",
    "latin1.txt": "é".encode("latin-1"),
    "decomposed.txt": "e\u0301\n".encode(),
    "hello.tftpl": b"Hello, ${name}!\n",
    "loop.tftpl": b"%{ for i in items ~}\n- ${i}\n%{ endfor ~}\n",
    "broken.tftpl": b"${",
    "recursive.tftpl": b'${templatefile("hello.tftpl", {name = "r"})}',
    "directives.tftpl": b'%{ if name != "" }yes ${upper(name)}%{ else }no%{ endif }\n%%{x} $${y}\n',
    "sole.tftpl": b"${name}",
    "crlf.tftpl": b"a ${name}\r\n%{ for i in [1, 2] ~}\r\n${i}\r\n%{ endfor ~}\r\nend",
    "files.tftpl": b"${file(name)}${fileexists(name)}${filemd5(name)}",
    "decode.tftpl": b'${provider::terraform::decode_tfvars("a = 1").a}',
    "nested.tftpl": b'${templatestring("x", {})}',
    "functions.tftpl": b"${jsonencode({ n = name })} ${length(items)}\n",
}

LOCALS = r"""
  template = "Hello, $${name}!"
  looping  = "%%{ for i in items }$${i};%%{ endfor }"
  broken   = "$${"
  sole     = "$${name}"
  reading  = "$${file(\"plain.txt\")}"
  listing  = "$${length(fileset(\"tree\", \"*\"))}"
  decoding = "$${provider::terraform::decode_tfvars(\"a = 1\").a}"
  twice    = "$${templatestring(\"x\", {})}"
  number   = 5
  nothing  = null
  folded   = { text = "$${upper(name)}", list = ["$${name}"] }
"""
"""What expressions may refer to, for the few functions that want a reference."""

# Keys made for these tests alone: they guard nothing. Their frames are put around them here, so that nobody who looks
# for lost keys in repositories stumbles over them.
_KEYS = {
    ("key.pem", "RSA PRIVATE KEY"): """
MIICXgIBAAKBgQC555nBu7YhQhHpRce6W10meWFKgQTJuhUrNJoXgXy2gKAvoESx
Vr2W0M1l/0Vm0l5vAfST1aaMnAhzP9A9fMg+PG8A87HVt/Es9C79+yZ3HS1UBYq/
XYd/js3Ba7AAGsgxrZYUCrg3aPmDAURAymcz3yY2yMEGgadXUgHfFrX+2QIDAQAB
AoGAEnPLjjA8lraBIp9bgMLazxvTLVr7B67htQUmmliu8Up5G+ETkGqkrNiS2qHo
2Jje6LPP+/CD9Ib0S8Q0vjWphmBey9CkBh7pYdxwcli9I8O8fazYIOULPFhFcIkk
KR1RFcCHLoB4uoZFiQINxWh1xeojeVJdvqY4flQY5R9vsQECQQDxlkOEuGO17MkQ
MYa4ftm4ZU3rG/R07F7tUa4k/ZQFhMyBjiNl6pwS0lOjPdrhS0ixe9Gwh5ZoPapq
S0SOk+L5AkEAxP7oCXxi+iBhTNt43dlg1QyaLjJGocNVEffGCkK5eWmG3+IKZSh5
4qVOAEqo4fB+/yw/AYOo2X7nt3TBUnYS4QJBAOdXw5RGloVSGEA/jQkDwC4KJJFu
FawZ5dVQkHivs52NS+EMYe1oushzTNBXnVB9LUF4lpZ7YJa15okfRqlaCNECQQCJ
vbKA73hFbF6cXtkkRdpvHWCw7HZ2pR3WcmkGw6DsQ90KrgKWuLaAwxTHH2z2jjI+
ObHUXTqy2QksPXbvMaABAkEA0OnuKfqXJnKqTQdX+tJofVg12BZQEh4EIVbxba5p
hj/kLIiK01S2MZ6OxvnMkwZznfsBkDCYw6dhe/Ra/rlLPg==
""",
    ("key8.pem", "PRIVATE KEY"): """
MIICeAIBADANBgkqhkiG9w0BAQEFAASCAmIwggJeAgEAAoGBALnnmcG7tiFCEelF
x7pbXSZ5YUqBBMm6FSs0mheBfLaAoC+gRLFWvZbQzWX/RWbSXm8B9JPVpoycCHM/
0D18yD48bwDzsdW38Sz0Lv37JncdLVQFir9dh3+OzcFrsAAayDGtlhQKuDdo+YMB
REDKZzPfJjbIwQaBp1dSAd8Wtf7ZAgMBAAECgYASc8uOMDyWtoEin1uAwtrPG9Mt
WvsHruG1BSaaWK7xSnkb4ROQaqSs2JLaoejYmN7os8/78IP0hvRLxDS+NamGYF7L
0KQGHulh3HByWL0jw7x9rNgg5Qs8WEVwiSQpHVEVwIcugHi6hkWJAg3FaHXF6iN5
Ul2+pjh+VBjlH2+xAQJBAPGWQ4S4Y7XsyRAxhrh+2bhlTesb9HTsXu1RriT9lAWE
zIGOI2XqnBLSU6M92uFLSLF70bCHlmg9qmpLRI6T4vkCQQDE/ugJfGL6IGFM23jd
2WDVDJouMkahw1UR98YKQrl5aYbf4gplKHnipU4ASqjh8H7/LD8Bg6jZfue3dMFS
dhLhAkEA51fDlEaWhVIYQD+NCQPALgokkW4VrBnl1VCQeK+znY1L4Qxh7Wi6yHNM
0FedUH0tQXiWlntglrXmiR9GqVoI0QJBAIm9soDveEVsXpxe2SRF2m8dYLDsdnal
HdZyaQbDoOxD3QquApa4toDDFMcfbPaOMj45sdRdOrLZCSw9du8xoAECQQDQ6e4p
+pcmcqpNB1f60mh9WDXYFlASHgQhVvFtrmmGP+QsiIrTVLYxno7G+cyTBnOd+wGQ
MJjDp2F79Fr+uUs+
""",
    ("public.pem", "PUBLIC KEY"): """
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC555nBu7YhQhHpRce6W10meWFK
gQTJuhUrNJoXgXy2gKAvoESxVr2W0M1l/0Vm0l5vAfST1aaMnAhzP9A9fMg+PG8A
87HVt/Es9C79+yZ3HS1UBYq/XYd/js3Ba7AAGsgxrZYUCrg3aPmDAURAymcz3yY2
yMEGgadXUgHfFrX+2QIDAQAB
""",
    ("encrypted.pem", "RSA PRIVATE KEY"): """
Proc-Type: 4,ENCRYPTED
DEK-Info: AES-128-CBC,0DABB7D5A5FA6A67FD5DB1886335933C

zMpqIZkrbdCvJ3lIOHg600G7J5el9B9STr0GXftiK+br9NZY/HTkNht/tMcjiGw9
tZKSig7kXelWztUr13nhN/2XrkpBj8WcoNdRsJCwCJjgzPtZS1ilvuQ7ScBNd2Rn
3j2sEnsOaDNvqN53X3p8msccIXJGJhV0iJlLxYR/nXBzyoWTEVf99xn0ydHZBaVU
RhnlMEAIo/AKhhh8h/JKr9oZcpiURfV0xhCGjCKlFS8oZUD/3y3ur4oO1qEQxPON
ZNYEL1FlxACgDeXs4/mNtqQvp9rgBc2oZQFTmWL2rOJwuocFZbsG+VjOwetzMcCl
Pe/scIne6IeYaYjeVeFiTMqk/XsYZODsq4Rk9graNx2DZRHBO0+Rn47uDMK2QhZr
Q9XQQ5uOUwzwiZ+j5lgAt2tQqN9k7JAWZcs6d67Q1nHHEJ/vX+C+UncfOMcnnvpV
6TDQnSxiWALjJWvwt/ALslLJCpqRuqGCG7E2DI/6R7urbZm9j5RIfQYZpW8Jm14m
+YF43WLwYzj/syMmSfv6cFzBDLsbdBK6SCrlxjMLitPdz6V/fFuSlCIa44UByyW1
HbLOpv/WTzSMy4aHh2Px+ITXimYpwgAQjhmQVZDonNJrBeT5291rO0SqM2ajPotM
LQtBN//8z9DhSFz0AVyspnQRC5R9+0iOYTejCVJhR7HSqU1A/XATbb5W9ggFSOhw
67dYHmRL6FmokJ4IyN4xqIsrEQU7Tm0A1wCMxbFiEyoXxwzPSpMp0v8iSDsUeuAW
1v1+eNX+9ceUP4gx9pRSWLQ5el812gquD6Qw+2djqMOPhINVHgDiWQqTYkpxdy0m
""",
    ("openssh.pem", "OPENSSH PRIVATE KEY"): """
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAlwAAAAdzc2gtcn
NhAAAAAwEAAQAAAIEA5XBPzeiFroqtINEdKDA9D0f0SRDJINyyS8mSSzzwpsqEuLNqDBBW
Og9N46rXWNRZiQ+Q1aAFJpMg7U9p6P3ED27EsLivtkrbO/TQhK8YriAkvX+GzwWBO6cr0+
/7QzKopnNjq9uGL1iwe62w8DXEF0zQNai7+9udpXQuYvBUuaMAAAH4qDJUL6gyVC8AAAAH
c3NoLXJzYQAAAIEA5XBPzeiFroqtINEdKDA9D0f0SRDJINyyS8mSSzzwpsqEuLNqDBBWOg
9N46rXWNRZiQ+Q1aAFJpMg7U9p6P3ED27EsLivtkrbO/TQhK8YriAkvX+GzwWBO6cr0+/7
QzKopnNjq9uGL1iwe62w8DXEF0zQNai7+9udpXQuYvBUuaMAAAADAQABAAAAgEtw43y0AQ
jEJmsM90ZYnishIKzJrSh2CNYsoELG9eYR3xQQQkVXNdL/Zz/907Msl4geqyPi6u6lIAWH
wC5RCp7c1HCuxjzwmBMj5qf8LhqcUnahsvaHHtEKet9tQpx2ITdK1159FQny+FGp197F3a
cP2gtF3pDsfQYtmSNH4vohAAAAQBIk9s7TaIM9Pd0yZyAUP+R6X1RPC7EtFFviIFvMaVL0
LaxSUiB8sdA0NTjqTodlVIblIL5tDT9c/szptpYSmNwAAABBAP+2tlykuIFiSeQEOL1H8+
9u7E5ONmM3cPdYWMrFYG/h0nlyDJSoAdJvmkwwzgMXdCpm/Z+O1kBVfx6mxE2jl9EAAABB
AOWyEadKilQHDl0kBOqmlHRjnuQN1nfEF+ofLk34UMigGz5B3fMn5GpYKFBW8EsqaR5uE4
ep4F6u3gmZ/9MfizMAAAABeAEC
""",
}
_SECRET = (
    "OIbmBax2rdaJcDj1tHzAUHTepMBQ+nVcfrLGIMfWR41Sv+HxME8xWZU8hLuRaQOtZvlHhBZMu4bocavSsiPHxxn9e93avW6stLMp"
    "aUXc36POhDlDCoksX4YS6YQ2zwyfLxkhRyjLZcmokzvfX6FRGI1GMW4LGKmFnzpVCMXg7zg="
)
"""`s3cret é`, encrypted for the key."""


def prepare(folder: Path) -> Path:
    """Write the files below a folder, and make it the root of a repository."""
    (folder / ".git").mkdir(parents=True)
    for name, content in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / "secret.b64").write_text(_SECRET, encoding="ascii")
    for (name, label), body in _KEYS.items():
        (folder / name).write_text(f"-----BEGIN {label}-----{body}-----END {label}-----\n", encoding="ascii")
    return folder
