// A till's link in a browser without the app: shows the whole link, which only the browser knows, to be copied.

const form = document.getElementById("link-form");
const field = document.getElementById("link");
const said = document.getElementById("link-said");

if (form && field && said) {
  const link = new URL(location.href);
  link.search = "";
  field.value = link.href;
  form.hidden = false;
  field.addEventListener("focus", () => field.select());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      said.textContent = said.dataset.done;
    } catch {
      // Not allowed here: the text is selected, so that it can be copied by hand.
    }
  });
}
