"use strict";
const filter = document.getElementById("filter");
const boxes = [...document.querySelectorAll("input[type=checkbox]")];
const findings = [...document.querySelectorAll("article")];
const shown = document.getElementById("shown");

function apply() {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  const severities = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  let count = 0;
  for (const finding of findings) {
    const text = finding.dataset.text;
    finding.hidden = !severities.has(finding.dataset.severity) || !words.every((word) => text.includes(word));
    count += finding.hidden ? 0 : 1;
  }
  for (const section of document.querySelectorAll("section.file")) {
    section.hidden = !section.querySelector("article:not([hidden])");
  }
  shown.textContent = `${count} of ${findings.length}`;
}

if (filter) {
  filter.addEventListener("input", apply);
  boxes.forEach((box) => box.addEventListener("change", apply));
  filter.form.addEventListener("submit", (event) => event.preventDefault());
  for (const link of document.querySelectorAll("[data-filter]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      filter.value = link.dataset.filter;
      apply();
      filter.scrollIntoView();
    });
  }
  // A link such as report.html#filter=optimizer shows what it is about.
  filter.value = new URLSearchParams(location.hash.slice(1)).get("filter") ?? "";
  apply();
}
