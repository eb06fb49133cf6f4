// "Revenir à la bourse" leads back to the page that was left, when there is one.
const back = document.querySelector("[data-back]");
const cameFromTheApplication = () =>
  document.referrer.startsWith(`${location.origin}/`) && !new URL(document.referrer).pathname.startsWith("/aide/");
if (cameFromTheApplication()) back.href = document.referrer;

// On a phone the table of contents begins closed, unless it is all there is to see.
const contents = document.querySelector(".guide__contents");
if (contents && matchMedia("(max-width: 60rem)").matches) contents.open = false;
