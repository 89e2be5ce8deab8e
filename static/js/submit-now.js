// <form data-submit-now>: sent as soon as its page is there; without this file its button does the same.
document.querySelector("[data-submit-now]")?.requestSubmit();
