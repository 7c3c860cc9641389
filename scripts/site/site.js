// Draws each plotly figure when it comes near the window; loads plotly itself only on pages that have one.
(() => {
  const here = document.currentScript.src, config = { responsive: true, displaylogo: false }
  let loading = null
  const plotly = () => loading ||= new Promise((ok, fail) => {
    const s = document.createElement('script')
    s.src = new URL('plotly.min.js', here).href
    s.onload = () => ok(window.Plotly)
    s.onerror = fail
    document.head.append(s)
  })
  async function draw(el) {
    const Plotly = await plotly(), fig = JSON.parse(el.querySelector('script').textContent)
    await Plotly.newPlot(el, fig.data, fig.layout, { ...config, ...fig.config })
    if (fig.frames) await Plotly.addFrames(el, fig.frames)
    el.classList.add('drawn')
  }
  const near = new IntersectionObserver(seen => {
    for (const e of seen) if (e.isIntersecting) { near.unobserve(e.target); draw(e.target) }
  }, { rootMargin: '600px' })
  document.querySelectorAll('.mgnb-figure').forEach(el => near.observe(el))
})();

// Long lines of code fold under their own indent instead of running out of the page.
document.querySelectorAll('div.highlight pre').forEach(pre => {
  const fold = line => {
    const ch = line.replace(/<[^>]*>/g, '').search(/[^ ]|$/) + 4
    return `<span class="line" style="padding-left:${ch}ch;text-indent:-${ch}ch">${line}\n</span>`
  }
  pre.innerHTML = pre.innerHTML.replace(/\n$/, '').split('\n').map(fold).join('')
})
