// What scrolls can be reached by keyboard; what is folded is unfolded for print.
"use strict";

// A page that lies in a file may not read its neighbours: search shows titles alone.
if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS === "object") {
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
}

// The theme scrolls the contents to where the reader is, also where all of it shows.
function showContentsFromTheTop() {
  const contents = document.querySelector(".bd-sidebar-primary");
  const here = contents && contents.querySelector(".current.active");
  if (!here || here.offsetTop + here.offsetHeight < contents.clientHeight) {
    contents?.scrollTo(0, 0);
  }
}

const MAY_SCROLL = [
  "mjx-container",
  ".bd-article pre",
  ".bd-article .text_html",
  ".pst-scrollable-table-container",
].join(",");

function letWideFormulasScroll() {
  for (const formula of document.querySelectorAll("mjx-container:not([display])")) {
    formula.classList.remove("nb-wide");
    const room = formula.parentElement.closest("p, li, td, dd, div, figcaption");
    const wide = room && formula.scrollWidth > room.clientWidth;
    formula.classList.toggle("nb-wide", Boolean(wide));
  }
}

function reachWhatScrolls() {
  letWideFormulasScroll();
  for (const element of document.querySelectorAll(MAY_SCROLL)) {
    const style = getComputedStyle(element);
    const scrolls =
      /auto|scroll/.test(style.overflowX) &&
      element.scrollWidth > element.clientWidth + 1;
    if (scrolls) {
      element.tabIndex = 0;
    } else if (element.matches("mjx-container")) {
      element.removeAttribute("tabindex");
    }
  }
}

function whenMathematicsIsSet(then) {
  const startup = window.MathJax && window.MathJax.startup;
  if (startup && startup.promise) startup.promise.then(then);
}

window.addEventListener("load", () => {
  showContentsFromTheTop();
  reachWhatScrolls();
  whenMathematicsIsSet(reachWhatScrolls);
});
window.addEventListener("resize", reachWhatScrolls);

let unfolded = [];
window.addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("details:not([open])")];
  for (const details of unfolded) details.open = true;
});
window.addEventListener("afterprint", () => {
  for (const details of unfolded) details.open = false;
});
