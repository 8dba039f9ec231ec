/** Entry of the window's page. */
import '@fontsource-variable/inter/index.css'
import '@fontsource-variable/jetbrains-mono/index.css'
import './theme/tokens.css'
import './theme/base.css'
import './theme/frame.css'
import './theme/components/button.css'
import './theme/components/marks.css'
import './theme/components/card.css'
import './theme/components/skeleton.css'
import './theme/components/notice.css'
import './theme/components/table.css'
import './theme/components/field.css'
import './theme/overlays.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { applyTheme } from './theme/appearance.ts'

applyTheme()
const root = document.getElementById('root')
if (!root) throw new Error('The page lacks its #root')
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
