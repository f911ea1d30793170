"""The HTML around a page: its theme, and what one reads until the page is there."""
# Panel's components follow `data-theme` of the document. It is the choice that the button "Toggle
# theme" has left in this browser, else the system's.
TEMPLATE = """
{% extends "base.html" %}
{% block preamble %}
{{ super() }}
<script>
  const system = window.matchMedia("(prefers-color-scheme: dark)")
  const page = document.documentElement.dataset
  function follow() {
    page.theme = localStorage.getItem("theme") || (system.matches ? "dark" : "light")
  }
  follow()
  system.addEventListener("change", follow)
  document.addEventListener("click", (event) => {
    if (event.composedPath().some((each) => each.ariaLabel === "Toggle theme")) {
      localStorage.setItem("theme", page.theme === "dark" ? "light" : "dark")
      follow()
    }
  })
</script>
<style>
  html[data-theme=dark] { color-scheme: dark; }
  #loader p { color: white; font-family: sans-serif; }
</style>
{% endblock %}
{% block loader %}
<div id="loader" role="status" style="display: none;">
  <div class="spinner"></div>
  <p>Starting the page: a few seconds, more on a busy machine.</p>
  <div id="loader-error"></div>
</div>
{% endblock %}
"""
