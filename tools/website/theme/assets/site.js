// Draws the diagrams of a page (blocks ```mermaid of Markdown), and helps where the theme leaves screen readers and the
// keyboard alone. Without scripts, or opened from a folder, a diagram's text stays.
document.querySelector(".md-search")?.setAttribute("aria-label", "Search");
addEventListener("load", () => {
  for (const wide of document.querySelectorAll(".md-typeset__scrollwrap")) {
    wide.tabIndex = 0; // else no key scrolls a wide table
  }
});

const drawings = [...document.querySelectorAll(".drawing")];
if (drawings.length > 0) {
  const { mermaid } = await import("./mermaid/index.js");
  const isDark = document.body.getAttribute("data-md-color-scheme") === "slate";
  mermaid.initialize({ startOnLoad: false, theme: isDark ? "dark" : "neutral", fontFamily: "inherit" });
  for (const [place, drawing] of drawings.entries()) {
    const { svg } = await mermaid.render(`drawing-${place}`, drawing.textContent);
    drawing.innerHTML = svg;
    drawing.dataset.drawn = "";
  }
}
