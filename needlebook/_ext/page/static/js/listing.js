// A button on every listing that copies the listing alone: no neighbours, no numbers.
"use strict";

async function copyText(text) {
  if (navigator.clipboard && window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch (error) {
      // Some browsers refuse a page that lies in a file: the old way still works there.
    }
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.setAttribute("aria-hidden", "true");
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

function addCopyButton(listing) {
  const own = listing.querySelector(".nb-own");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "nb-copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    const done = await copyText(own.textContent);
    button.textContent = done ? "Copied" : "Not copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  listing.querySelector(".nb-tools").append(button);
}

document.querySelectorAll("figure.nb-listing").forEach(addCopyButton);
