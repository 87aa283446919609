// Starts dynalite in memory on a free port, prints its endpoint, and ends when
// its standard input does, so that it never outlives whoever started it.
const dynalite = require('dynalite')

const server = dynalite({ createTableMs: 0, deleteTableMs: 0 })
server.listen(0, '127.0.0.1', () => {
  console.log('http://127.0.0.1:' + server.address().port)
})
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
