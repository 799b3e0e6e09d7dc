// The search of the site opened from a folder (file://), where browsers start no workers: the same script in a
// hidden frame, which passes messages as a worker does. Served over http, the browser's own workers are used.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(script) {
      super()
      this.frame = document.createElement("iframe")
      this.frame.hidden = true
      document.body.append(this.frame)
      const inner = this.frame.contentWindow
      inner.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }))
      const element = inner.document.createElement("script")
      element.src = script
      this.ready = new Promise((resolve) => { element.onload = resolve })
      inner.document.body.append(element)
    }

    postMessage(data) {
      this.ready.then(() => this.frame.contentWindow.dispatchEvent(new MessageEvent("message", { data })))
    }
  }
}
