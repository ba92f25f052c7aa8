"""An edge: pictures of an issue, taken with a Chromium, and one sheet that shows them all."""
