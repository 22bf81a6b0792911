using 'main.bicep'
extends 'base.bicepparam'
import * as lib from 'lib.bicep'
import { g, size as s } from 'lib.bicep'

@description('what it is')
param a = 'x${b}y'
param b = 42
var c = {
  key: lib.size.sku
  ...base.shared
  list: [for (x, i) in range(0, 3): '${x}-${i}']
}
param d = map(c.list, item => toUpper(item))
param e = b > 3 && !contains(a, 'z') ? c.?key ?? 'none' : null
param f = '''
several
  lines'''
param k = $'''with ${a}'''
param l = readEnvironmentVariable('A', '2')
param m = int(readEnvironmentVariable('A'))
param n = az.getSecret('sub', 'rg', 'kv', 'name', 'version')
param o = externalInput('sys.cli', { path: 'x' })
param p = '${o}-${lib.g('q', 1)}'
param q = loadJsonContent('data.json', 'a[0]')
param r = loadTextContent('data.json')
param t = [1, -2, 3 * 4 / 2 % 5, ...[true, false]]
extensionConfig kube with {
  namespace: 'x'
  config: az.getSecret('a', 'b', 'c', 'd')
}
