import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Orders } from './react/orders.jsx'
import { PortalButton } from './react/portal-button.jsx'
import { Portal } from './react/portal.jsx'

const root = createRoot(document.getElementById('root'))
const components = { Orders, Portal, PortalButton }

globalThis.show = (name) => {
  const Component = components[name]
  root.render(
    <StrictMode>
      <Component />
    </StrictMode>,
  )
}
globalThis.hide = () => root.render(null)
