import { render } from 'preact'

const root = document.getElementById('desk')
if (root) render(<main>Desk</main>, root)
