// A browser that opens the pages from a chart, and what has to come of it.
import assert from 'node:assert/strict'

const [service, ehr] = process.argv.slice(2)

// One browser: cookies by origin and path, and every redirect followed by hand.
class Browser {
  jars = new Map()

  async get(address) {
    const url = new URL(address)
    const jar = this.jars.get(url.host) ?? new Map()
    this.jars.set(url.host, jar)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(url, { redirect: 'manual', headers: cookie ? { cookie } : {} })
    for (const line of answer.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split(';')
      const at = pair.indexOf('=')
      const over = attributes.some((one) => /^\s*(max-age=0|expires=thu, 01 jan 1970)/i.test(one))
      if (over || at === pair.length - 1) jar.delete(pair.slice(0, at))
      else jar.set(pair.slice(0, at), pair.slice(at + 1))
    }
    return answer
  }

  // Follows redirects until one leads where it should stop, or there is none.
  async follow(address, stop = () => false) {
    for (let hops = 0; hops < 12; hops++) {
      if (stop(address)) return { address }
      const answer = await this.get(address)
      const location = answer.headers.get('location')
      if (!location) return { address, answer, text: await answer.text() }
      address = new URL(location, address).href
    }
    throw new Error(`too many redirects, at ${address}`)
  }
}

const launch = async (fromChart) => {
  const { launch } = fromChart ? await fetch(`${ehr}/begin`).then((answer) => answer.json()) : {}
  const query = new URLSearchParams({ iss: `${ehr}/fhir`, ...(launch && { launch }) })
  return `${service}/smart/launch?${query}`
}

const isBack = (address) => address.startsWith(`${service}/smart/callback`)

for (const fromChart of [true, false]) {
  const { answer, text, address } = await new Browser().follow(await launch(fromChart))
  assert.equal(answer.status, 200, text)
  assert.equal(new URL(address).pathname, '/smart/patient')
  assert.match(text, /Opened from this patient's chart by Practitioner&#x2f;7/)
  assert.match(text, /Cytoreductive surgery/)
  assert.equal(answer.headers.get('cache-control'), 'no-store')
}

// The right answer, a second time and in another browser.
const browser = new Browser()
const back = (await browser.follow(await launch(true), isBack)).address
assert.equal(new URL(back).searchParams.get('iss'), ehr, 'a real server names itself')
assert.equal((await new Browser().get(back)).status, 403)
assert.equal((await browser.get(back)).status, 303)
assert.equal((await browser.get(back)).status, 403)

// The answer of another issuer, and of none where the server names itself.
for (const change of [(query) => query.set('iss', 'https://evil.example'), (query) => query.delete('iss')]) {
  const victim = new Browser()
  const url = new URL((await victim.follow(await launch(true), isBack)).address)
  change(url.searchParams)
  assert.equal((await victim.get(url.href)).status, 403)
}

// A code that was exchanged already is no code of another launch.
const first = new URL((await new Browser().follow(await launch(true), isBack)).address)
const thief = new Browser()
const second = new URL((await thief.follow(await launch(true), isBack)).address)
second.searchParams.set('code', first.searchParams.get('code'))
assert.equal((await thief.get(second.href)).status, 502)

// A launch that the record system does not know ends there.
const unknown = await new Browser().follow(`${service}/smart/launch?${new URLSearchParams({ iss: `${ehr}/fhir`, launch: 'made-up' })}`)
assert.equal(unknown.answer.status, 400)
