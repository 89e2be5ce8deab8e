// A form that was typed at the desk and never saved (a closed page, a lost connection, Back) is offered again; it is
// position-form-kept.js that keeps it, in this tab. The server draws it anew: it knows how many quotes it needs.
const place = `parley-form:${location.pathname}#`;
const offer = document.querySelector("[data-desk-kept]");
const keys = Object.keys(sessionStorage).filter((key) => key.startsWith(place));
const [kept] = keys
  .map((key) => ({ token: key.slice(place.length), ...JSON.parse(sessionStorage.getItem(key)) }))
  .sort((a, b) => b.at - a.at);

if (offer && kept) {
  offer.hidden = false;
  offer.querySelector("[data-desk-restore]").addEventListener("click", () => {
    const made = document.createElement("form");
    made.method = "post";
    made.action = kept.action ?? location.pathname;
    for (const [name, value] of [...kept.fields, ["token", kept.token], ["do", "refresh"]]) {
      const one = document.createElement("textarea");
      [one.name, one.value, one.hidden] = [name, value, true];
      made.append(one);
    }
    document.body.append(made);
    made.submit();
  });
  offer.querySelector("[data-desk-drop]").addEventListener("click", () => {
    keys.forEach((key) => sessionStorage.removeItem(key));
    offer.hidden = true;
  });
}
