using none
param shared = { x: 1 }
param b = 41
