"""The browser's address, with Back and Forward: in step with what a page shows."""
import param
from panel.custom import JSComponent


class Address(JSComponent):
    """The query of the address, such as "?tab=one"; it is not seen.

    Set here, it becomes a new entry of the browser's history. Back, Forward and links to "?..." on
    the page set it, and nothing is loaded anew.
    """

    query = param.String()

    _esm = """
export function render({model}) {
  model.on("query", () => {
    if (model.query !== window.location.search) {
      window.history.pushState(null, "", model.query || window.location.pathname)
    }
  })
  window.addEventListener("popstate", () => { model.query = window.location.search })
  document.addEventListener("click", (event) => {
    const link = event.composedPath().find((each) => each.tagName === "A")
    const query = link?.getAttribute("href") ?? ""
    const isElsewhere = event.button || event.ctrlKey || event.metaKey || event.shiftKey
      || event.altKey
    if (query.startsWith("?") && !isElsewhere) {
      event.preventDefault()
      window.scrollTo(0, 0)
      model.query = query
    }
  })
}
"""
