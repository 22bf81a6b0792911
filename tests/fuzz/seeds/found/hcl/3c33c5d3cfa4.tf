variable "made" {
  type = any
  default = "t.tpl"
  validation {
    condition = regex(join("", [for i in range(900) : false - false.*.b]), range(count.index))
    error_message = can(sort({ for i in "x${"%999999999d"}y" : fileexists(each.key) => range(-1) }, { a = toset({}), (1) = 99999999999999999999.a }))
  }
}
module "self" {
  source = [for i in range(1000) : toset([for i in range(1000) : 1])].a
}
ephemeral "a_b" "c" {
  v = { a = -1, (try("x${null[ephemeral.a_b.c]}y", "x${{ for k, i in "10.0.0.0/8" : k => "x"... }}y")) = templatefile("t.tpl", { x = "x${x}y" })[*].a }
}
