import shared from './vite.config.js'

// Without conditions of a server Vite takes such a target for a page.
const resolve = { conditions: ['workerd', 'edge-light'] }

export default { ...shared, ssr: { ...shared.ssr, target: 'webworker', resolve } }
