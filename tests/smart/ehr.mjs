// A record system: oidc-provider with the launch parameters of SMART App Launch 2.2, and one patient behind its tokens.
import { createServer } from 'node:http'
import { readFileSync } from 'node:fs'
import Provider from 'oidc-provider'

const [patient, chart, clients, port] = process.argv.slice(2)
const origin = `http://127.0.0.1:${port}`
const resources = JSON.parse(readFileSync(chart, 'utf8')).entry.map(({ resource }) => resource)
const launches = new Set()

const provider = new Provider(origin, {
  clients: JSON.parse(readFileSync(clients, 'utf8')),
  features: { devInteractions: { enabled: false } },
  extraParams: ['launch', 'aud'],
  scopes: ['openid', 'fhirUser', 'launch', 'launch/patient'],
  claims: { openid: ['sub'], fhirUser: ['fhirUser'] },
  conformIdTokenClaims: false,
  clientAuthMethods: ['none', 'client_secret_basic', 'private_key_jwt'],
  enabledJWA: { clientAuthSigningAlgValues: ['ES384', 'RS384'] },
  pkce: { required: () => true },
  ttl: { AccessToken: 600 },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, fhirUser: `${origin}/fhir/Practitioner/7` }),
  }),
  // SMART: the scopes on records are granted as they are asked for.
  loadExistingGrant: async (context) => {
    const grant = new context.oidc.provider.Grant({
      clientId: context.oidc.client.clientId,
      accountId: context.oidc.session.accountId,
    })
    grant.addOIDCScope(context.oidc.params.scope)
    await grant.save()
    return grant
  },
})

// SMART: a launch is one that this record system began, and the token comes with its patient.
provider.use(async (context, next) => {
  await next()
  if (context.oidc?.route === 'token' && context.status === 200) context.body.patient = patient
})

const json = (response, status, body) => {
  response.writeHead(status, { 'content-type': 'application/fhir+json' }).end(JSON.stringify(body))
}

async function fhir(request, response, url) {
  const [scheme, value] = (request.headers.authorization ?? '').split(' ')
  const token = scheme === 'Bearer' && (await provider.AccessToken.find(value))
  if (!token) return json(response, 401, {})
  const [kind, id] = url.pathname.replace('/fhir/', '').split('/')
  const found = resources.filter((resource) => resource.resourceType === kind)
  if (id && id !== '_search') return found[0] ? json(response, 200, found[0]) : json(response, 404, {})
  const codes = url.searchParams.get('code')?.split(',')
  const matches = codes
    ? found.filter(({ code }) => code?.coding?.some((one) => codes.includes(`${one.system}|${one.code}`)))
    : found
  json(response, 200, {
    resourceType: 'Bundle',
    type: 'searchset',
    total: matches.length,
    entry: matches.map((resource) => ({ resource })),
  })
}

const answer = provider.callback()
createServer(async (request, response) => {
  const url = new URL(request.url, origin)
  if (url.pathname === '/fhir/.well-known/smart-configuration') {
    const described = await fetch(`${origin}/.well-known/openid-configuration`).then((answer) => answer.json())
    return json(response, 200, {
      ...described,
      capabilities: ['launch-ehr', 'launch-standalone', 'sso-openid-connect', 'permission-v2'],
    })
  }
  if (url.pathname === '/begin') {
    const launch = `launch-${launches.size}`
    launches.add(launch)
    return json(response, 200, { launch })
  }
  if (url.pathname === '/auth' && url.searchParams.has('client_id')) {
    const launch = url.searchParams.get('launch')
    if (launch && !launches.delete(launch)) return json(response, 400, { error: 'unknown launch' })
    if (url.searchParams.get('aud') !== `${origin}/fhir`) return json(response, 400, { error: 'aud' })
  }
  if (url.pathname.startsWith('/interaction/')) {
    // Nobody types a password here.
    return provider.interactionFinished(request, response, { login: { accountId: 'u' }, consent: {} })
  }
  if (url.pathname.startsWith('/fhir/')) return fhir(request, response, url)
  answer(request, response)
}).listen(Number(port), '127.0.0.1', () => console.log(`ehr at ${origin}`))
