// What the theme draws without saying what it is: names for a screen reader, and a way in by keyboard.
function name_what_has_none() {
  document.querySelectorAll("nav.md-code__nav").forEach((bar, number) => {
    bar.setAttribute("aria-label", `Code ${number + 1}`);
  });
  document.querySelectorAll(".md-typeset__scrollwrap").forEach((table) => {
    table.tabIndex = 0;
    table.setAttribute("role", "region");
  });
  document.querySelectorAll(".md-typeset__scrollwrap[role=region]").forEach((table, number) => {
    table.setAttribute("aria-label", `Table ${number + 1}`);
  });
  document.querySelectorAll('a[id^="__codelineno"]').forEach((line) => {
    line.removeAttribute("href");
  });
  // Only their labels are seen and pressed.
  document.querySelectorAll("input.md-toggle").forEach((toggle) => {
    toggle.tabIndex = -1;
    toggle.setAttribute("aria-hidden", "true");
  });
}

name_what_has_none();
new MutationObserver(name_what_has_none).observe(document.body, { childList: true, subtree: true });
