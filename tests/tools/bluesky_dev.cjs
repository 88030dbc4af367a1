// Bluesky itself on loopback, from npm @atproto/dev-env (`make bluesky` installs it; NODE_PATH=.venv/bluesky/node_modules).
//   PDS_PORT=… PLC_PORT=… node bluesky_dev.cjs pds    PLC + PDS: accounts, posts, blobs, putRecord, getRecord; no database needed
//   DB_POSTGRES_URL=… DB_POSTGRES_SCHEMA=bsky REDIS_HOST=127.0.0.1:6379 node bluesky_dev.cjs full    + AppView: like and repost counts
// Usual ports: PLC 2582, PDS 2583, AppView 2584, Ozone 2587, control 2589 (POST /process waits until the AppView has indexed everything).
// Prints READY and the addresses; SIGTERM stops it.
const dev = require('@atproto/dev-env')
const http = require('http')
const net = require('net')

// dev-env listens on every interface: force loopback
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (...args) {
  if (typeof args[0] === 'number' && typeof args[1] !== 'string') args.splice(1, 0, '127.0.0.1')
  else if (args[0] && typeof args[0] === 'object' && args[0].port !== undefined && !args[0].host)
    args[0] = { ...args[0], host: '127.0.0.1' }
  return listen.apply(this, args)
}

const port = (name, usual) => Number(process.env[name] || usual)

async function main(mode = 'pds') {
  const base = { plc: { port: port('PLC_PORT', 2582) }, pds: { port: port('PDS_PORT', 2583), hostname: 'localhost', enableDidDocWithSession: true } }
  const appview = port('APPVIEW_PORT', 2584)
  const full = { ...base, bsky: { dbPostgresSchema: 'bsky', port: appview, publicUrl: `http://localhost:${appview}` }, ozone: { port: port('OZONE_PORT', 2587) } }
  const network = mode === 'pds' ? await dev.TestNetworkNoAppView.create(base) : await dev.TestNetwork.create(full)
  const addresses = { plc: network.plc.url, pds: network.pds.url, appview: network.bsky && network.bsky.url }
  console.log('READY', JSON.stringify(addresses))
  if (mode !== 'pds') control(network)
  const stop = async () => { try { await network.close() } finally { process.exit(0) } }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

function control(network) {
  http.createServer(async (request, response) => {
    try { await network.processAll(); response.end('ok') } catch (error) { response.statusCode = 500; response.end(String(error)) }
  }).listen(port('CONTROL_PORT', 2589), '127.0.0.1')
}

main(process.argv[2]).catch((error) => { console.error(error); process.exit(1) })
