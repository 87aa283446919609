// Starts dynalite in memory, on a free port of this machine or at
// DYNALITE_HOST:DYNALITE_PORT, prints its endpoint, and ends when its standard
// input does, so that it never outlives whoever started it.
const dynalite = require('dynalite')

const host = process.env.DYNALITE_HOST || '127.0.0.1'
const server = dynalite({ createTableMs: 0, deleteTableMs: 0 })
server.listen(Number(process.env.DYNALITE_PORT || 0), host, () => {
  console.log('http://' + host + ':' + server.address().port)
})
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
