// Draws the diagrams of a page (blocks ```mermaid of Markdown). Without scripts, or opened from a folder, their text stays.
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
