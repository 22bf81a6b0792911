@export()
var size = { sku: 'P${g('a', 1)}' }
@export()
func g(name string, number int) string => '${name}${number}'
param x string
resource r 'Microsoft.Storage/storageAccounts@2023-01-01' = {
  name: x
}
