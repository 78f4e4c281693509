// The builder of segments: another kind of condition has other fields, so the form is asked anew, as its buttons do.
document.addEventListener("change", (event) => {
  if (event.target.matches("select[data-rows]")) {
    const form = event.target.form;
    const note = Object.assign(document.createElement("input"), { type: "hidden", name: "act", value: "rows" });
    form.append(note);
    form.submit();
  }
});
