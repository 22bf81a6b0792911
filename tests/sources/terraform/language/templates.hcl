locals {
  b = "B"
  l = ["p","q"]
  a1 = <<-EOT
    a

      ${local.b} c
    x
  EOT
  a2 = <<-EOT
    a
  
  ${local.b} c
    x
    EOT
  a3 = <<EOT
foo
   ${~ local.b ~}  
   bar
EOT
  a4 = <<-EOT
    foo
       ${~ local.b ~}

      bar
    EOT
  a5 = <<-EOT
    %{ for x in local.l ~}
      v ${x}
    %{ endfor ~}
    end
  EOT
  a6 = <<-EOT
      ${local.b}
    x $${y} %%{z} \n $$ %% $ "q"
  EOT
  a7 = "a  ${~ local.b ~}  \n c"
  a8 = "x $${y} %%{z} $$ %% $ $$$${a} $$$${local.b}"
  a9 = <<-EOT
	tab
	  tab2
  EOT
  a10 = <<-EOT

    a
  EOT
  a11 = <<-EOT
    a
   
    b
  EOT
  a12 = <<EOT
$$${local.b} $$$${x}
EOT
 a13 = <<-EOT
    a ${local.b}
  ${local.b} d
    EOT
 a14 = <<-EOT
    %{ if true }
    yes
    %{ else }
    no
    %{ endif }
    EOT
 a15 = <<-EOT
    ${<<-IN
      q
    IN
    }
    EOT
 a16 = "${local.b}"
 a17 = <<EOT
EOT
 a18 = <<EOT
${local.b}
EOT
 a19 = <<-EOT
      a
    %{~ if true ~}
      yes
    %{~ endif ~}
      z
    EOT
 a20 = "\u00e9\U0001F600\t\"\\"
  b1 = <<-EOT
${local.b}
    foo
  EOT
  b2 = <<-EOT
    foo
%{ if true }
    x
%{ endif }
  EOT
  b3 = <<-EOT
    foo ${local.b}
    ${local.b}${local.b}
      bar
  EOT
  b4 = <<-EOT
    foo ${local.b ~}
    x
      bar
  EOT
  b5 = <<-EOT
    foo
    ${local.b ~}

      bar
  EOT
  c1 = "  lead and trail  "
  c2 = " ${local.b} "
  c3 = [
    "a", # comment
    /* block */ "b",
    // line
    "c"
  ]
  c4 = {
    a = 1, b = 2
    c = 3
    "d" : 4
    (local.b) = 5
  }
  c5 = (
    true
    ? "x"
    : "y"
  )
  c6 = jsonencode({
    a = local.l
    b = <<EOT
hello "${local.b}"
EOT
  })
  c7 = "${local.b}-${join(",", [for x in local.l : "${x}-${upper(x)}"])}"
  c8 = "%{ if local.b == "B" }${"%{ if true }in%{ endif }"}%{ endif }"
  c9 = true ? local.b == "C" ? 1 : 2 : 3
  c10 = [for i, x in local.l : { i = i, x = x } if x != "p"][0].x
  c11 = local.l[*]
  c12 = { for x in local.l : x => { n = x } }["q"].n
  c14 = length(local.l) > 1 && local.b != "" || false ? "both" : "none"
  c15 = -length(local.l) + 3
  c16 = "a\\${local.b}\\\"x"
  c19 = <<-EOT
    line \
    ${local.b}\n
  EOT
  c21 = "${ {a=1}.a }${ [ 1 ][ 0 ] }"
  c22 = ["x"] [0]
  c23 = "é${local.b}ü"
  c24 = <<EOT
é ${local.b} ü
EOT
}
