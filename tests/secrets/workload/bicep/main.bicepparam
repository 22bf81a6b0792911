using 'main.json'
param secure = '⟦word bicepparam: secure value⟧'
var apiKey = '⟦word bicepparam: variable by its name⟧'
param count = int('⟦connection bicepparam: value in an error⟧')
param plain = {
  a: '${secure}!'
  b: toUpper(apiKey)
  c: base64(secure)
  d: '⟦connection bicepparam: connection string⟧'
  e: readEnvironmentVariable('PLANTED_PASSWORD')
  f: readEnvironmentVariable('PLANTED_LINK')
  g: loadTextContent('key.pem')
}
