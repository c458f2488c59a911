import { createApp, h, shallowRef } from 'vue'
import Orders from './vue/orders.vue'
import PortalButton from './vue/portal-button.vue'
import Portal from './vue/portal.vue'

const components = { Orders, Portal, PortalButton }
const shown = shallowRef()
createApp(() => shown.value).mount('#root')

globalThis.show = (name, props) => (shown.value = h(components[name], props))
globalThis.hide = () => (shown.value = undefined)
